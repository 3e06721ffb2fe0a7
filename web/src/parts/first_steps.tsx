import { useState } from 'preact/hooks';
import { useSpeech } from '../i18n';
import { go, hrefOf, hrefOfRecording } from '../router';
import { DropZone } from './drop_zone';
import { Icon } from './icons';

/** What to do first, where there is no recording yet. */
export function FirstSteps() {
  const { t } = useSpeech();
  const [copied, setCopied] = useState(false);
  const line = `curl --data-binary @heart.wav '${location.origin}/v1/recordings?device=first'`;
  return (
    <section class="first-steps">
      <h2>{t('first.title')}</h2>
      <p class="lead">{t('first.lead')}</p>
      <div class="first-grid">
        <DropZone device="browser" onRecording={({ id }) => go(hrefOfRecording(id))} />
        <div class="card">
          <h3>{t('first.device')}</h3>
          <p>{t('first.curl')}</p>
          <div class="code">
            <pre dir="ltr" tabIndex={0}>
              <code>{line}</code>
            </pre>
            <button
              class="quiet round"
              aria-label={t('copy')}
              onClick={() => {
                void navigator.clipboard?.writeText(line).then(() => setCopied(true));
              }}
            >
              <Icon name={copied ? 'good' : 'copy'} size={18} />
            </button>
          </div>
          <p>{t('first.microphone')}</p>
          <p>
            <a class="button" href={hrefOf('try')}>
              <Icon name="try" size={18} />
              {t('try.title')}
            </a>
          </p>
        </div>
      </div>
    </section>
  );
}
