import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Beat } from '../api/types';
import { murmurSpans } from './murmur';

const beats: Beat[] = [
  { start_s: 0, end_s: 0.1, sound: 'S1' },
  { start_s: 0.3, end_s: 0.4, sound: 'S2' },
  { start_s: 0.9, end_s: 1.0, sound: 'S1' },
  { start_s: 4.0, end_s: 4.1, sound: 'S2' },
];
const rounded = (timing: Parameters<typeof murmurSpans>[1]) =>
  murmurSpans(beats, timing).map(({ start_s, end_s }) => [start_s, end_s].map((time) => Math.round(100 * time)));

test('a noise lies between the sounds of its phase, in its part', () => {
  assert.deepEqual(rounded('holosystolic'), [[10, 30]]);
  assert.deepEqual(rounded('early systolic'), [[10, 20]]);
  assert.deepEqual(rounded('late systolic'), [[20, 30]]);
  assert.deepEqual(rounded('diastolic'), [[40, 90]]);
});

test('without a timing it lies nowhere', () => {
  assert.deepEqual(murmurSpans(beats, null), []);
});
