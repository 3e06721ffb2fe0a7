import type { Answer } from '../api/types';
import { useSpeech, type Speech } from '../i18n';
import { courseOf, cycleOf, evidenceOf } from '../player/evidence';
import { murmurSpans } from '../player/murmur';
import { Icon } from './icons';
import { reasonText } from './reasons';
import { classColour } from './theme';

/** The name of a class in the reader's language; labels of other models stay as they are. */
export function classText(label: string, { t, has }: Speech): string {
  const key = `class.${label}`;
  return has(key) ? t(key) : label;
}

export function ClassMark({ label }: { label: string }) {
  return <span class="mark" style={{ background: `var(--${classColour(label)})` }} aria-hidden="true" />;
}

export function ClassLabel({ label }: { label: string }) {
  const speech = useSpeech();
  return (
    <span class="class-label">
      <ClassMark label={label} />
      {classText(label, speech)}
    </span>
  );
}

export function Meaning({ label }: { label: string }) {
  const { t, has } = useSpeech();
  const key = `meaning.${label}`;
  return has(key) ? <p class="meaning">{t(key)}</p> : null;
}

export function Probabilities({ result }: { result: Pick<Answer, 'class' | 'probabilities'> }) {
  const speech = useSpeech();
  return (
    <table class="probabilities">
      <caption class="sr-only">{speech.t('probabilities')}</caption>
      <tbody>
        {Object.entries(result.probabilities).map(([label, share]) => (
          <tr key={label} class={label === result.class ? 'chosen' : ''}>
            <th scope="row">{classText(label, speech)}</th>
            <td class="bar" aria-hidden="true">
              <span>
                <i
                  style={{
                    inlineSize: `${Math.max(0.6, share * 100)}%`,
                    background: `var(--${classColour(label)})`,
                  }}
                />
              </span>
            </td>
            <td class="figure">{speech.percent(Math.floor(share * 100) / 100)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The server's reason in the reader's language if it is a known one, else as it came. */
export function Reason({ text }: { text: string }) {
  const told = reasonText(text, useSpeech());
  return told.known ? <>{told.text}</> : <span lang="en">{told.text}</span>;
}

type Judged = Pick<Answer, 'quality' | 'reliable' | 'unreliable_reasons'>;

/** The confidence in percent, and whether it is to be relied on. */
export function Confidence({ result }: { result: Pick<Answer, 'confidence' | 'reliable'> }) {
  const { t, number } = useSpeech();
  return (
    <p class={`confidence ${result.reliable ? '' : 'doubtful'}`}>
      <strong>
        {number(Math.floor(result.confidence))}
        <small>%</small>
      </strong>
      <span>{t(result.reliable ? 'confidence' : 'confidence.doubtful')}</span>
    </p>
  );
}

export function QualityNote({ result }: { result: Judged }) {
  const { t } = useSpeech();
  const poor = result.quality.verdict === 'poor';
  if (!poor && result.reliable) {
    return (
      <p class="quality good">
        <Icon name="good" size={18} />
        {t('quality.good')}
      </p>
    );
  }
  // That the recording is poor is said by the heading already.
  const doubts = result.unreliable_reasons.filter((reason) => reason !== 'the recording is poor');
  const reasons = [...new Set([...result.quality.reasons, ...doubts])];
  return (
    <div class="quality poor">
      <p>
        <Icon name="warning" size={18} />
        {t(poor ? 'quality.poor' : 'quality.unreliable')}
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>
              <Reason text={reason} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function HeartRate({ bpm }: { bpm: number | null }) {
  const { t, number } = useSpeech();
  return (
    <span class="heart-rate">
      <Icon name="heart" size={18} />
      {bpm === null ? (
        <span>{t('heartRate.none')}</span>
      ) : (
        <span>
          <strong>{number(Math.round(bpm))}</strong> {t('heartRate.unit')}
        </span>
      )}
    </span>
  );
}

/** The recording at a glance: its beats, and how much each stretch speaks for the answer. */
export function EvidenceStrip({ result, duration_s }: { result: Answer; duration_s: number }) {
  const { t } = useSpeech();
  const evidence = evidenceOf(result, cycleOf(result.heart_rate_bpm));
  // Without evidence: how sure each window is of the answer by itself.
  const own = courseOf(result.windows).map(({ start_s, end_s, shares }) => ({ start_s, end_s, weight: shares[result.class] ?? 0 }));
  const { stretches, scale } = evidence.kind === 'occlusion' ? evidence.finest : { stretches: own, scale: 1 };
  if (stretches.length === 0 || duration_s <= 0) return null;
  const x = (time_s: number) => (100 * time_s) / duration_s;
  return (
    <svg class="strip" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label={t('evidence.strip')}>
      {stretches.map(({ start_s, end_s, weight }) => (
        <rect
          key={start_s}
          x={x(start_s)}
          width={Math.max(0, x(end_s) - x(start_s))}
          y="0"
          height="20"
          fill={weight > 0 ? `var(--${classColour(result.class)})` : 'var(--against)'}
          opacity={0.06 + 0.5 * Math.min(1, Math.abs(weight) / scale)}
        />
      ))}
      {murmurSpans(result.beats, result.murmur?.timing ?? null).map(({ start_s, end_s }) => (
        <rect
          key={`noise-${start_s}`}
          x={x(start_s)}
          width={Math.max(0, x(end_s) - x(start_s))}
          y="7"
          height="6"
          fill="var(--class-murmur)"
          opacity="0.6"
        />
      ))}
      {result.beats.map(({ start_s, end_s, sound }) => (
        <rect
          key={start_s}
          x={x(start_s)}
          width={Math.max(0.25, x(end_s) - x(start_s))}
          y={sound === 'S1' ? 4 : 7}
          height={sound === 'S1' ? 12 : 6}
          fill="var(--ink)"
          opacity="0.7"
        />
      ))}
    </svg>
  );
}
