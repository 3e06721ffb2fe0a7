import { useSpeech, type MessageKey } from '../i18n';
import { Dialog } from './dialog';

const groups: { title: MessageKey; keys: [string, MessageKey][] }[] = [
  {
    title: 'keys.everywhere',
    keys: [
      ['1–5', 'keys.pages'],
      ['t', 'keys.theme'],
      ['?', 'keys.help'],
    ],
  },
  {
    title: 'nav.history',
    keys: [
      ['j  k', 'keys.move'],
      ['Enter', 'keys.open'],
      ['Space', 'keys.play'],
      ['x', 'keys.choose'],
      ['n', 'keys.note'],
      ['m', 'keys.label'],
      ['d', 'keys.delete'],
      ['/', 'keys.search'],
    ],
  },
  {
    title: 'recording',
    keys: [
      ['Space', 'keys.play'],
      ['l', 'player.loop'],
      ['← →', 'keys.seek'],
      ['[  ]', 'player.speed'],
      ['b', 'player.band'],
      ['+  −', 'player.zoom'],
      ['j  k', 'keys.neighbours'],
    ],
  },
  { title: 'try.title', keys: [['r', 'keys.record']] },
];

export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  return (
    <Dialog title={t('keys.title')} onClose={onClose}>
      <div class="keys">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{t(title)}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div key={meaning}>
                  <dt>
                    {key.split('  ').map((one) => (
                      <kbd key={one} dir="ltr">
                        {one}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{t(meaning)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
