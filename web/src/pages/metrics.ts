/** A measured figure with its 95 % interval. */
export interface Figure {
  value: number;
  low?: number;
  high?: number;
}

export interface Bin {
  confidence: number;
  accuracy: number;
  count: number;
}

/** The member of nested objects that `path` leads to. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const name of path) {
    if (here === null || typeof here !== 'object') return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

/** A figure with its interval, or a bare number; undefined if the model's metrics have none there. */
export function figure(metrics: unknown, ...path: string[]): Figure | undefined {
  const found = at(metrics, ...path);
  if (typeof found === 'number') return { value: found };
  const value = at(found, 'value');
  if (typeof value !== 'number') return undefined;
  const [low, high] = [at(found, 'low'), at(found, 'high')];
  return typeof low === 'number' && typeof high === 'number' ? { value, low, high } : { value };
}

export function countOf(metrics: unknown, ...path: string[]): number | undefined {
  const found = at(metrics, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** Truth by row, answer by column; undefined if it is not square. */
export function confusionOf(metrics: unknown, decision: string): number[][] | undefined {
  const found = at(metrics, 'pascal', 'all', 'decisions', decision, 'confusion');
  if (!Array.isArray(found) || found.length === 0) return undefined;
  const square = found.every(
    (row) => Array.isArray(row) && row.length === found.length && row.every((count) => typeof count === 'number'),
  );
  return square ? (found as number[][]) : undefined;
}

/** The bins of the reliability diagram that hold recordings. */
export function reliabilityOf(metrics: unknown): Bin[] {
  const found = at(metrics, 'pascal', 'all', 'reliability');
  if (!Array.isArray(found)) return [];
  return found.flatMap((bin: unknown) => {
    const [confidence, accuracy, count] = [at(bin, 'confidence'), at(bin, 'accuracy'), at(bin, 'count')];
    return typeof confidence === 'number' && typeof accuracy === 'number' && typeof count === 'number' && count > 0
      ? [{ confidence, accuracy, count }]
      : [];
  });
}

/** Classes that are found in fewer than half of the recordings that have them. */
export function weakClasses(metrics: unknown, labels: string[], decision: string): { label: string; recall: Figure }[] {
  return labels.flatMap((label) => {
    const recall = figure(metrics, 'pascal', 'all', 'decisions', decision, 'recall', label);
    return recall && recall.value < 0.5 ? [{ label, recall }] : [];
  });
}

/** The healthy hearts of a set that are called Normal: of our labels their recall, of others as it was measured. */
export function healthyCalledNormal(set: unknown, decision: string): Figure | undefined {
  return figure(set, 'decisions', decision, 'recall', 'Normal') ?? figure(set, `healthy_called_normal_${decision}`);
}

/** The set that the model never met in which the fewest healthy hearts are called Normal, if that is under half. */
export function worstUnseen(metrics: unknown, decision: string): { name: string; share: Figure } | undefined {
  const sets = Object.entries((at(metrics, 'unseen') ?? {}) as Record<string, unknown>);
  return sets
    .flatMap(([name, set]) => {
      const share = healthyCalledNormal(set, decision);
      return share && share.value < 0.5 ? [{ name, share }] : [];
    })
    .sort((a, b) => a.share.value - b.share.value)[0];
}
