import type { MessageKey, Speech } from '../i18n';

/**
 * What the server says in English of a recording, and the message that says the same. Parts of the
 * pattern are named after the blanks of the message. The sentences stand in src/classify,
 * src/json/parse.cpp and src/service; reasons.test.ts names each place and holds them together.
 */
const known: [RegExp, MessageKey][] = [
  [/^too short: (?<s>[\d.]+) s/, 'reason.short'],
  [/^silent:/, 'reason.silent'],
  [/^too quiet: (?<db>\d+) dB below full scale/, 'reason.quiet'],
  [/^very quiet: the loudest sample is -(?<db>\d+) dB/, 'reason.quiet'],
  [/^clipp(?:ed|ing): (?<percent>[\d.]+) %/, 'reason.clipped'],
  [/^no heart beat found, but a steady tone/, 'reason.noBeat.tone'],
  [/^no heart beat found, mostly steady noise/, 'reason.noBeat.noise'],
  [/^no heart beat found/, 'reason.noBeat.sounds'],
  [/^mostly noise: the heart sounds rise only (?<db>\d+) dB/, 'reason.noisy'],
  [/^rate suspect: this would be a heart at (?<likely>\d+) Hz instead of (?<declared>\d+) Hz/, 'reason.rate'],
  [/^rate suspect: samples arrived .* at (?<likely>\d+) Hz instead of (?<declared>\d+) Hz/, 'reason.pace'],
  [/^the last upload ended within a sample/, 'reason.cut'],
  [/^only (?<s>[\d.]+) s long: is one recording sent in several/, 'reason.pieces'],
  [/^undecided: only (?<percent>\d+) % speak for (?<label>.+)/, 'reason.undecided'],
  [/^the recording is poor/, 'reason.poor'],
  [/^stored by a version that did not judge this/, 'reason.unjudged'],
];

export interface Explained {
  key: MessageKey;
  /** As the server wrote them: figures, and the name of a class as `label`. */
  values: Record<string, string>;
}

/** The message for a reason or warning of the server; undefined for one that is not known. */
export function explain(reason: string): Explained | undefined {
  for (const [pattern, key] of known) {
    const found = pattern.exec(reason);
    if (found) return { key, values: { ...found.groups } };
  }
  return undefined;
}

/** The reason in the reader's language, or as it came if it is not known; then `known` is false. */
export function reasonText(reason: string, { t, has, number }: Speech): { text: string; known: boolean } {
  const explained = explain(reason);
  if (!explained) return { text: reason.charAt(0).toUpperCase() + reason.slice(1), known: false };
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(explained.values)) {
    if (name === 'label') values['class'] = has(`class.${value}`) ? t(`class.${value}` as MessageKey) : value;
    else values[name] = number(Number(value), value.split('.')[1]?.length ?? 0);
  }
  return { text: t(explained.key, values), known: true };
}
