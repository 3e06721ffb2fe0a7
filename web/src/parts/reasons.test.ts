import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { speak } from '../i18n';
import de from '../messages/de.json';
import en from '../messages/en.json';
import { explain, reasonText } from './reasons';

/** A sentence of the server, and the part of its source that makes it. */
const sentences: [sentence: string, source: string, part: string, key: string][] = [
  ['too short: 1.2 s, at least 3 s are needed for a rhythm', 'classify/quality.cpp', 'too short: %.1f s', 'reason.short'],
  ['silent: the signal does not move', 'classify/quality.cpp', 'silent: the signal does not move', 'reason.silent'],
  ['too quiet: 81 dB below full scale, check microphone and gain', 'classify/quality.cpp', 'too quiet: %.0f dB below full scale', 'reason.quiet'],
  ['clipped: 2.5 % of the samples are at full scale, turn it down', 'classify/quality.cpp', 'clipped: %.1f %%', 'reason.clipped'],
  ['no heart beat found, but a steady tone or hum', 'classify/quality.cpp', 'no heart beat found, but a steady tone or hum', 'reason.noBeat.tone'],
  ['no heart beat found, mostly steady noise', 'classify/quality.cpp', 'no heart beat found, mostly steady noise', 'reason.noBeat.noise'],
  ['no heart beat found in sounds that come and go, as speech, music or handling do', 'classify/quality.cpp', 'no heart beat found in sounds that come and go', 'reason.noBeat.sounds'],
  ['mostly noise: the heart sounds rise only 3 dB above it', 'classify/quality.cpp', 'mostly noise: the heart sounds rise only %.0f dB', 'reason.noisy'],
  ['rate suspect: this would be a heart at 44100 Hz instead of 16000 Hz', 'classify/rate_check.cpp', 'this would be a heart', 'reason.rate'],
  ['rate suspect: samples arrived as steadily as from a microphone at 44099 Hz instead of 16000 Hz', 'service/arrival.cpp', 'samples arrived as steadily as from a microphone', 'reason.pace'],
  ['the recording is poor', 'classify/reliability.cpp', 'the recording is poor', 'reason.poor'],
  ['undecided: only 43 % speak for Murmur', 'classify/reliability.cpp', 'undecided: only ', 'reason.undecided'],
  ['stored by a version that did not judge this', 'json/parse.cpp', 'stored by a version that did not judge this', 'reason.unjudged'],
  ['clipping: 2.3 % of the samples are at full scale; lower the gain of the microphone', 'service/devices.cpp', 'clipping: ', 'reason.clipped'],
  ['very quiet: the loudest sample is -70 dB of full scale; raise the gain of the microphone', 'service/devices.cpp', 'very quiet: the loudest sample is ', 'reason.quiet'],
  ['the last upload ended within a sample (1 bytes too many): are samples cut or a header sent?', 'service/devices.cpp', 'the last upload ended within a sample (', 'reason.cut'],
  ['only 0.5 s long: is one recording sent in several requests?', 'service/devices.cpp', ' s long: is one recording sent in several requests?', 'reason.pieces'],
];

for (const [sentence, source, part, key] of sentences) {
  test(`"${sentence}" is what the server says, and is known`, () => {
    // Literals that go over several lines are one.
    const text = readFileSync(`../src/${source}`, 'utf8').replace(/"\s*\n\s*"/g, '');
    assert.ok(text.includes(part), `${source} no longer says "${part}"`);
    assert.equal(explain(sentence)?.key, key);
  });
}

test('a reason is told with its figures, in the digits of the language', () => {
  const german = speak('de', de);
  assert.match(reasonText('clipped: 2.5 % of the samples are at full scale', german).text, /2,5/);
  assert.match(reasonText('rate suspect: this would be a heart at 44100 Hz instead of 16000 Hz', german).text, /44\.100 Hz.*16\.000 Hz|16\.000 Hz.*44\.100 Hz/);
  assert.match(reasonText('undecided: only 43 % speak for Murmur', german).text, /Herzgeräusch.*43|43.*Herzgeräusch/);
});

test('every blank of a reason is filled', () => {
  for (const [sentence] of sentences) assert.doesNotMatch(reasonText(sentence, speak('en', en)).text, /[{}]/);
});

test('what is not known is shown as it came', () => {
  assert.deepEqual(reasonText('struck by lightning', speak('de', de)), { text: 'Struck by lightning', known: false });
});
