import type { Answer, Beat, Window } from '../api/types';

/** A stretch of time and how much it speaks for the answer; stretches do not overlap. */
export interface Stretch {
  start_s: number;
  end_s: number;
  /** Log-odds gained by hearing it; or, where that was not measured, its probability less the mean one. */
  weight: number;
}

/** Stretches of one kind, in order of time. */
export interface Layer {
  stretches: Stretch[];
  /** What is drawn as much: the largest magnitude, unless all are slight. */
  scale: number;
}

export interface Evidence {
  /** `occlusion`: measured by taking stretches away. `windows`: only each window's own answer. */
  kind: 'occlusion' | 'windows';
  /** Half a heart cycle around each heart sound; null if that was not measured. */
  byBeat: Layer | null;
  /** A window each; of `windows`, how far its own answer lies from the mean one. */
  byWindow: Layer | null;
  /** The finer of the two. */
  finest: Layer;
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
function surroundings(beats: Measured<Beat>[], cycle_s: number, duration_s: number): Stretch[] {
  const half_s = cycle_s / 2;
  return beats.map(({ start_s, end_s, evidence }) => ({
    start_s: Math.max(0, (start_s + end_s) / 2 - half_s),
    end_s: Math.min(duration_s, (start_s + end_s) / 2 + half_s),
    weight: evidence,
  }));
}

/** The probability of the class in each window, less the mean one. */
function leanings({ class: label, windows }: Pick<Answer, 'class' | 'windows'>): Stretch[] {
  const own = windows.map((window: Window) => window.probabilities[label] ?? 0);
  const mean = own.reduce((sum, value) => sum + value, 0) / Math.max(1, own.length);
  return windows.map(({ start_s, end_s }, i) => ({ start_s, end_s, weight: (own[i] ?? 0) - mean }));
}

/** Odds that change by a tenth are no evidence, and less than two thirds more is not drawn as much. */
export const kSlight = 0.1;
const kMuch = 0.5;
/** The same of probabilities. */
const kMuchOfProbability = 0.2;

function layerOf(parts: Stretch[], least: number): Layer {
  const stretches = flatten(
    parts,
    parts.map(({ weight }) => weight),
  );
  return { stretches, scale: stretches.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), least) };
}

/** Fewer heart sounds than this show no course over time. */
const kFewestBeats = 4;

/** What each stretch says for the class that was answered. `cycle_s` is the length of a heart cycle. */
export function evidenceOf(answer: Pick<Answer, 'class' | 'windows' | 'beats'>, cycle_s: number | null): Evidence {
  const beats = answer.beats.filter(isMeasured);
  const windows = answer.windows.filter(isMeasured);
  const duration_s = answer.windows.reduce((last, { end_s }) => Math.max(last, end_s), 0);
  const byBeat =
    beats.length >= kFewestBeats && cycle_s !== null ? layerOf(surroundings(beats, cycle_s, duration_s), kMuch) : null;
  if (byBeat === null && windows.length === 0) {
    const finest = layerOf(leanings(answer), kMuchOfProbability);
    return { kind: 'windows', byBeat: null, byWindow: finest, finest };
  }
  const byWindow =
    windows.length > 0
      ? layerOf(
          windows.map(({ start_s, end_s, evidence }) => ({ start_s, end_s, weight: evidence })),
          kMuch,
        )
      : null;
  return { kind: 'occlusion', byBeat, byWindow, finest: (byBeat ?? byWindow)! };
}

/** The length of a heart cycle, from the heart rate; null if there is none. */
export const cycleOf = (heartRate_bpm: number | null) => (heartRate_bpm === null ? null : 60 / heartRate_bpm);

/** What the windows say at each moment: the mean of those that cover it, for every class. */
export function courseOf(windows: Window[]): { start_s: number; end_s: number; shares: Record<string, number> }[] {
  const labels = Object.keys(windows[0]?.probabilities ?? {});
  const course = flatten(windows, windows.map(() => 0)).map(({ start_s, end_s }) => ({
    start_s,
    end_s,
    shares: {} as Record<string, number>,
  }));
  for (const label of labels) {
    const weights = windows.map(({ probabilities }) => probabilities[label] ?? 0);
    flatten(windows, weights).forEach(({ weight }, i) => (course[i]!.shares[label] = weight));
  }
  return course;
}

/**
 * The stretches that speak most for the answer, at most `count`, in order of time: neighbours with
 * at least half of the largest weight become one. None if even the largest is slight.
 */
export function strongest({ stretches }: Layer, count: number): Stretch[] {
  const most = stretches.reduce((largest, { weight }) => Math.max(largest, weight), 0);
  if (most < kSlight) return [];
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
