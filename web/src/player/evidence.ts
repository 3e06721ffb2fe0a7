import type { Beat, Recording, Window } from '../api/types';

/** A stretch of time and how much it speaks for the answer; stretches do not overlap. */
export interface Stretch {
  start_s: number;
  end_s: number;
  /** Log-odds gained by hearing it; or, of an older answer, its probability less the mean one. */
  weight: number;
}

export interface Evidence {
  /** `occlusion`: measured by taking stretches away. `windows`: only each window's own answer. */
  kind: 'occlusion' | 'windows';
  stretches: Stretch[];
  /** The largest magnitude, at least 1e-6. */
  scale: number;
}

/**
 * Windows overlap; where several cover a moment, their mean counts. Gives the moments between two
 * neighbouring ends or starts of windows, in order.
 */
export function flatten(windows: { start_s: number; end_s: number }[], weights: number[]): Stretch[] {
  const edges = [...new Set(windows.flatMap(({ start_s, end_s }) => [start_s, end_s]))].sort((a, b) => a - b);
  const stretches: Stretch[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const start_s = edges[i] ?? 0;
    const end_s = edges[i + 1] ?? 0;
    if (end_s - start_s < 1e-6) continue;
    let sum = 0;
    let count = 0;
    windows.forEach((window, k) => {
      if (window.start_s < end_s - 1e-9 && window.end_s > start_s + 1e-9) {
        sum += weights[k] ?? 0;
        count++;
      }
    });
    if (count > 0) stretches.push({ start_s, end_s, weight: sum / count });
  }
  return stretches;
}

type Measured<T> = T & { evidence: number };
const isMeasured = <T extends { evidence?: number }>(part: T): part is Measured<T> =>
  typeof part.evidence === 'number';

/** A beat's evidence is that of half a heart cycle to either side of its middle. */
function surroundings(beats: Measured<Beat>[], heartRate_bpm: number, duration_s: number): Stretch[] {
  const half_s = 30 / heartRate_bpm;
  return beats.map(({ start_s, end_s, evidence }) => ({
    start_s: Math.max(0, (start_s + end_s) / 2 - half_s),
    end_s: Math.min(duration_s, (start_s + end_s) / 2 + half_s),
    weight: evidence,
  }));
}

/** The probability of the class in each window, less the mean one; for answers without evidence. */
function leanings({ class: label, windows }: Pick<Recording, 'class' | 'windows'>): Stretch[] {
  const own = windows.map((window: Window) => window.probabilities[label] ?? 0);
  const mean = own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length);
  return windows.map(({ start_s, end_s }, i) => ({ start_s, end_s, weight: (own[i] ?? 0) - mean }));
}

/**
 * What each stretch of the recording says for the class that was answered: beat by beat where that
 * was measured, else window by window.
 */
export function evidenceOf(
  recording: Pick<Recording, 'class' | 'windows' | 'beats' | 'heart_rate_bpm'>,
): Evidence {
  const beats = recording.beats.filter(isMeasured);
  const windows = recording.windows.filter(isMeasured);
  const duration_s = recording.windows.reduce((last, { end_s }) => Math.max(last, end_s), 0);
  let parts: Stretch[];
  if (beats.length >= 4 && recording.heart_rate_bpm !== null) {
    parts = surroundings(beats, recording.heart_rate_bpm, duration_s);
  } else if (windows.length > 0) {
    parts = windows.map(({ start_s, end_s, evidence }) => ({ start_s, end_s, weight: evidence }));
  } else {
    parts = leanings(recording);
  }
  const stretches = flatten(
    parts,
    parts.map(({ weight }) => weight),
  );
  const scale = stretches.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 1e-6);
  return { kind: beats.length + windows.length > 0 ? 'occlusion' : 'windows', stretches, scale };
}

/**
 * The stretches that speak most for the answer, at most `count`, in order of time: neighbours with
 * at least half of the largest weight become one.
 */
export function strongest({ stretches, scale }: Evidence, count: number): Stretch[] {
  const most = stretches.reduce((largest, { weight }) => Math.max(largest, weight), 0);
  if (most <= 0 || most < 0.05 * scale) return [];
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    if (stretch.weight < most / 2) continue;
    const last = joined.at(-1);
    if (last && Math.abs(last.end_s - stretch.start_s) < 1e-6) {
      last.end_s = stretch.end_s;
      last.weight = Math.max(last.weight, stretch.weight);
    } else {
      joined.push({ ...stretch });
    }
  }
  return joined
    .sort((a, b) => b.weight - a.weight)
    .slice(0, count)
    .sort((a, b) => a.start_s - b.start_s);
}
