import type { Recording, Window } from '../api/types';

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

const measured = (window: Window): window is Window & { evidence: number } =>
  typeof window.evidence === 'number';

/** What each stretch of the recording says for the class that was answered. */
export function evidenceOf(recording: Pick<Recording, 'class' | 'windows'>): Evidence {
  const { windows } = recording;
  const whole = windows.length > 0 && windows.every(measured);
  let weights: number[];
  if (whole) {
    weights = windows.map((window) => window.evidence ?? 0);
  } else {
    const own = windows.map((window) => window.probabilities[recording.class] ?? 0);
    const mean = own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length);
    weights = own.map((value) => value - mean);
  }
  const stretches = flatten(windows, weights);
  const scale = stretches.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 1e-6);
  return { kind: whole ? 'occlusion' : 'windows', stretches, scale };
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
