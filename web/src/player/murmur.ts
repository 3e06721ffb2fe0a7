import type { Answer, Beat } from '../api/types';

type Timing = NonNullable<NonNullable<Answer['murmur']>['timing']>;

/** Which part of the gap between two heart sounds a noise of this timing fills, 0 to 1. */
const parts: Record<Timing, { after: Beat['sound']; from: number; to: number }> = {
  'early systolic': { after: 'S1', from: 0, to: 0.5 },
  holosystolic: { after: 'S1', from: 0, to: 1 },
  'late systolic': { after: 'S1', from: 0.5, to: 1 },
  diastolic: { after: 'S2', from: 0, to: 1 },
};

/** A gap this long lacks a heart sound in its middle. */
const kLongest_s = 1.2;

/** Where between the heart sounds a noise of this timing lies; empty without a timing. */
export function murmurSpans(beats: Beat[], timing: Timing | null): { start_s: number; end_s: number }[] {
  if (timing === null) return [];
  const { after, from, to } = parts[timing];
  const spans = [];
  for (let i = 0; i + 1 < beats.length; i++) {
    const [beat, next] = [beats[i]!, beats[i + 1]!];
    const gap_s = next.start_s - beat.end_s;
    if (beat.sound !== after || next.sound === after || gap_s <= 0 || gap_s > kLongest_s) continue;
    spans.push({ start_s: beat.end_s + from * gap_s, end_s: beat.end_s + to * gap_s });
  }
  return spans;
}
