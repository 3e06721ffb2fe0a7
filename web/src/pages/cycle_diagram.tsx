import type { Answer } from '../api/types';
import { useSpeech } from '../i18n';

const kWidth = 440;
const kHeight = 96;
const kBase = 74;
/** As long as heart sounds are, and as loud as they are drawn. */
const kS1 = { length_s: 0.1, height: 58 };
const kS2 = { length_s: 0.08, height: 42 };
/** A noise of this much is drawn as high as S2. */
const kLoudest_db = 20;

interface Props {
  rhythm: NonNullable<Answer['rhythm']>;
  murmur: Answer['murmur'];
}

/** One heart cycle from S1 to S1, to scale: its two sounds, and how loud it is between them. */
export function CycleDiagram({ rhythm, murmur }: Props) {
  const { t, number } = useSpeech();
  const scale = kWidth / (rhythm.cycle_s + kS1.length_s);
  const s2_s = rhythm.systole_s;
  const noise = (from_s: number, to_s: number, level_db: number, from: number, to: number, marked: boolean) => {
    const height = Math.max(1.5, (kS2.height * Math.min(level_db, kLoudest_db)) / kLoudest_db);
    const [left, width] = [from_s * scale, Math.max(0, to_s - from_s) * scale];
    return (
      <>
        <rect x={left} width={width} y={kBase - height} height={height} fill="var(--line)" />
        {marked && (
          <rect
            x={left + from * width}
            width={(to - from) * width}
            y={kBase - height}
            height={height}
            fill="url(#noise)"
          />
        )}
      </>
    );
  };
  const sound = (at_s: number, { length_s, height }: typeof kS1, name: string) => (
    <>
      <rect
        x={at_s * scale}
        width={length_s * scale}
        y={kBase - height}
        height={height}
        rx="4"
        fill={name === 'S1' ? 'var(--ink)' : 'var(--s2)'}
      />
      <text x={(at_s + length_s / 2) * scale} y={kBase - height - 5} text-anchor="middle" class="sound">
        {name}
      </text>
    </>
  );
  const timing = murmur?.timing ?? null;
  const systolic = timing !== null && timing !== 'diastolic';
  const middle = (from_s: number, to_s: number) => ((from_s + to_s) / 2) * scale;
  return (
    <svg
      class="cycle"
      dir="ltr"
      viewBox={`0 0 ${kWidth} ${kHeight}`}
      role="img"
      aria-label={t('cycle.label', {
        cycle: number(rhythm.cycle_s, 2),
        systole: number(rhythm.systole_s, 2),
        diastole: number(rhythm.diastole_s, 2),
        murmur: timing ? t(`murmur.${timing}`) : t('murmur.none'),
      })}
    >
      <defs>
        <pattern id="noise" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="2.5" height="5" fill="var(--class-murmur)" />
        </pattern>
      </defs>
      {noise(kS1.length_s, s2_s, murmur?.systole_db ?? 0, timing === 'late systolic' ? 0.5 : 0, timing === 'early systolic' ? 0.5 : 1, systolic)}
      {noise(s2_s + kS2.length_s, rhythm.cycle_s, murmur?.diastole_db ?? 0, 0, 1, timing === 'diastolic')}
      <line x1="0" x2={kWidth} y1={kBase} y2={kBase} stroke="var(--muted)" />
      {sound(0, kS1, 'S1')}
      {sound(s2_s, kS2, 'S2')}
      {sound(rhythm.cycle_s, kS1, 'S1')}
      <text x={middle(0, s2_s)} y={kHeight - 6} text-anchor="middle">
        {t('cycle.systole', { s: number(rhythm.systole_s, 2) })}
      </text>
      <text x={middle(s2_s, rhythm.cycle_s)} y={kHeight - 6} text-anchor="middle">
        {t('cycle.diastole', { s: number(rhythm.diastole_s, 2) })}
      </text>
    </svg>
  );
}
