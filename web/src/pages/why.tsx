import type { Recording } from '../api/types';
import { useSpeech } from '../i18n';
import { Icon } from '../parts/icons';
import { classColour } from '../parts/theme';
import { classText } from '../parts/verdict';
import { strongest, type Evidence } from '../player/evidence';
import type { Loop } from '../player/player_card';
import type { Asked } from '../player/use_evidence';

/** What these are is decided from the whole recording by a forest, of which moments show little. */
const ofTheWhole = ['Extrahls', 'Extrastole'];

interface Props {
  recording: Recording;
  asked: Asked;
  /** Null while it is not known. */
  evidence: Evidence | null;
  /** The class that the evidence speaks for. */
  label: string;
  ask: () => void;
  play: (loop: Loop) => void;
}

function State({ recording, asked, ask }: Pick<Props, 'recording' | 'asked' | 'ask'>) {
  const speech = useSpeech();
  const { t, number } = speech;
  if (asked.state === 'asking') {
    return (
      <p class="hint asking" role="status">
        {t('why.asking')}
      </p>
    );
  }
  if (asked.state === 'told') {
    if (asked.evidence.same_model) return null;
    const { evidence } = asked;
    return (
      <p class="notice" role="status">
        <Icon name="warning" size={18} />
        <span>
          {t('why.otherModel', {
            model: `${evidence.model.name} (${evidence.model.sha256.slice(0, 8)})`,
            class: classText(evidence.class, speech),
            confidence: number(Math.floor(evidence.confidence)),
            stored: `${recording.model.name} (${recording.model.sha256.slice(0, 8)})`,
          })}
        </span>
      </p>
    );
  }
  return (
    <p class="ask">
      {asked.state === 'failed' && <span class="problem">{asked.detail}</span>}
      <button onClick={ask}>{t('why.ask')}</button>
      <span class="hint">{t('why.askHint')}</span>
    </p>
  );
}

function Stretches({ evidence, label, play }: { evidence: Evidence; label: string; play: Props['play'] }) {
  const speech = useSpeech();
  const { t, number } = speech;
  const { kind, finest } = evidence;
  const measured = kind === 'occlusion';
  const best = strongest(finest, 3);
  if (best.length === 0) return <p>{t('why.even')}</p>;
  return (
    <>
      <p>{t(measured ? 'why.occlusion' : 'why.windows', { class: classText(label, speech) })}</p>
      <ul class="stretches">
        {best.map(({ start_s, end_s, weight }) => (
          <li key={start_s}>
            <button onClick={() => play({ start_s, end_s })}>
              <Icon name="play" size={14} />
              <bdi>{t('why.stretch', { from: number(start_s, 1), to: number(end_s, 1) })}</bdi>
            </button>
            <span class="weight" aria-hidden="true">
              <i
                style={{
                  inlineSize: `${Math.min(100, (100 * weight) / finest.scale)}%`,
                  background: `var(--${classColour(label)})`,
                }}
              />
            </span>
            {measured && (
              <span class="figure odds">
                <bdi>×{number(Math.exp(weight), weight < 2.3 ? 1 : 0)}</bdi>
              </span>
            )}
          </li>
        ))}
      </ul>
      {measured && <p class="hint">{t('why.odds')}</p>}
    </>
  );
}

/** In words: which seconds made the answer. */
export function Why({ recording, asked, evidence, label, ask, play }: Props) {
  const speech = useSpeech();
  const { t } = speech;
  return (
    <section class="card why" aria-labelledby="why-title">
      <h2 id="why-title">{t('why.title', { class: classText(label, speech) })}</h2>
      <State recording={recording} asked={asked} ask={ask} />
      {evidence && <Stretches evidence={evidence} label={label} play={play} />}
      {evidence && ofTheWhole.includes(label) && <p class="hint">{t('why.whole')}</p>}
      <p class="hint">{t('why.hint')}</p>
    </section>
  );
}
