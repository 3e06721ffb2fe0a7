import type { MessageKey } from '../i18n';

/** How the server's sentences begin or what they mention, and the message that says the same. */
const known: [RegExp, MessageKey][] = [
  [/^too short/, 'reason.short'],
  [/^silent/, 'reason.silent'],
  [/^(too|very) quiet/, 'reason.quiet'],
  [/^clipp/, 'reason.clipped'],
  [/no heart ?beat/, 'reason.noBeat'],
  [/^undecided/, 'reason.undecided'],
  [/ended within a sample/, 'reason.cut'],
  [/in several requests/, 'reason.pieces'],
  [/\bsample rate\b/, 'reason.rate'],
  [/\bnois[ey]/, 'reason.noisy'],
];

/** The message for a reason or warning of the server; undefined for one that is not known. */
export function messageOf(reason: string): MessageKey | undefined {
  const text = reason.toLowerCase();
  return known.find(([pattern]) => pattern.test(text))?.[1];
}
