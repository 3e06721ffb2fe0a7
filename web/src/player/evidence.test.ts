import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceOf, flatten, strongest } from './evidence';

const window = (start_s: number, end_s: number, murmur: number, evidence?: number) => ({
  start_s,
  end_s,
  probabilities: { Murmur: murmur, Normal: 1 - murmur },
  ...(evidence === undefined ? {} : { evidence }),
});

test('where windows overlap, their mean counts', () => {
  assert.deepEqual(flatten([{ start_s: 0, end_s: 2 }, { start_s: 1, end_s: 3 }], [1, 3]), [
    { start_s: 0, end_s: 1, weight: 1 },
    { start_s: 1, end_s: 2, weight: 2 },
    { start_s: 2, end_s: 3, weight: 3 },
  ]);
});

test('a gap between windows is no stretch', () => {
  assert.deepEqual(
    flatten([{ start_s: 0, end_s: 1 }, { start_s: 2, end_s: 3 }], [1, 1]).map(({ start_s }) => start_s),
    [0, 2],
  );
});

const answer = (windows: ReturnType<typeof window>[]) => ({ class: 'Murmur', windows, beats: [], heart_rate_bpm: null });

test('the evidence of beats is finer than that of windows, and wins', () => {
  const beats = [0, 1, 2, 3].map((start_s) => ({ start_s, end_s: start_s + 0.2, sound: 'S1' as const, evidence: start_s }));
  const evidence = evidenceOf({ ...answer([window(0, 5, 0.5, 9)]), beats, heart_rate_bpm: 60 });
  assert.equal(evidence.scale, 3);
  // Half a cycle to either side of the middle of the last beat.
  assert.deepEqual(strongest(evidence, 1).map(({ end_s }) => end_s), [3.6]);
});

test('measured evidence wins over what the windows say by themselves', () => {
  const evidence = evidenceOf(answer([window(0, 1, 0.9, -2), window(1, 2, 0.1, 1)]));
  assert.equal(evidence.kind, 'occlusion');
  assert.equal(evidence.scale, 2);
  assert.deepEqual(strongest(evidence, 3), [{ start_s: 1, end_s: 2, weight: 1 }]);
});

test('an older answer falls back to the windows themselves', () => {
  const evidence = evidenceOf(answer([window(0, 1, 0.9), window(1, 2, 0.1)]));
  assert.equal(evidence.kind, 'windows');
  assert.deepEqual(strongest(evidence, 3).map(({ start_s }) => start_s), [0]);
});

test('neighbours that are strong become one stretch', () => {
  const evidence = evidenceOf(
    answer([window(0, 1, 0.5, 2), window(1, 2, 0.5, 1.5), window(2, 3, 0.5, 0.1), window(3, 4, 0.5, 1)]),
  );
  assert.deepEqual(strongest(evidence, 3), [
    { start_s: 0, end_s: 2, weight: 2 },
    { start_s: 3, end_s: 4, weight: 1 },
  ]);
});

test('no windows, no evidence; nothing for the answer, nothing strong', () => {
  assert.deepEqual(evidenceOf(answer([])).stretches, []);
  const against = evidenceOf(answer([window(0, 1, 0.5, -1), window(1, 2, 0.5, -2)]));
  assert.deepEqual(strongest(against, 3), []);
});
