import assert from 'node:assert/strict';
import { test } from 'node:test';
import { courseOf, evidenceOf, flatten, strongest } from './evidence';

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

const answer = (windows: ReturnType<typeof window>[]) => ({ class: 'Murmur', windows, beats: [] });

test('the evidence of beats is finer than that of windows; both are there', () => {
  const beats = [0, 1, 2, 3].map((start_s) => ({ start_s, end_s: start_s + 0.2, sound: 'S1' as const, evidence: start_s }));
  const { finest, byBeat, byWindow } = evidenceOf({ ...answer([window(0, 5, 0.5, 9)]), beats }, 1);
  assert.equal(finest, byBeat);
  assert.equal(finest.scale, 3);
  assert.equal(byWindow?.scale, 9);
  // Half a cycle to either side of the middle of the last beat.
  assert.deepEqual(strongest(finest, 1).map(({ end_s }) => end_s), [3.6]);
});

test('measured evidence wins over what the windows say by themselves', () => {
  const { kind, finest, byBeat } = evidenceOf(answer([window(0, 1, 0.9, -2), window(1, 2, 0.1, 1)]), null);
  assert.equal(kind, 'occlusion');
  assert.equal(byBeat, null);
  assert.equal(finest.scale, 2);
  assert.deepEqual(strongest(finest, 3), [{ start_s: 1, end_s: 2, weight: 1 }]);
});

test('an answer without evidence falls back to the windows themselves', () => {
  const { kind, finest } = evidenceOf(answer([window(0, 1, 0.9), window(1, 2, 0.1)]), null);
  assert.equal(kind, 'windows');
  assert.deepEqual(strongest(finest, 3).map(({ start_s }) => start_s), [0]);
});

test('neighbours that are strong become one stretch', () => {
  const { finest } = evidenceOf(
    answer([window(0, 1, 0.5, 2), window(1, 2, 0.5, 1.5), window(2, 3, 0.5, 0.1), window(3, 4, 0.5, 1)]),
    null,
  );
  assert.deepEqual(strongest(finest, 3), [
    { start_s: 0, end_s: 2, weight: 2 },
    { start_s: 3, end_s: 4, weight: 1 },
  ]);
});

test('what is slight is not drawn as much, nor named as a reason', () => {
  const { finest } = evidenceOf(answer([window(0, 1, 0.5, 0.03), window(1, 2, 0.5, -0.02)]), null);
  assert.equal(finest.scale, 0.5);
  assert.deepEqual(strongest(finest, 3), []);
});

test('no windows, no evidence; nothing for the answer, nothing strong', () => {
  assert.deepEqual(evidenceOf(answer([]), null).finest.stretches, []);
  const { finest } = evidenceOf(answer([window(0, 1, 0.5, -1), window(1, 2, 0.5, -2)]), null);
  assert.deepEqual(strongest(finest, 3), []);
});

test('the course of the classes is the mean of the windows over each moment', () => {
  assert.deepEqual(courseOf([window(0, 2, 0.5), window(1, 3, 1)]), [
    { start_s: 0, end_s: 1, shares: { Murmur: 0.5, Normal: 0.5 } },
    { start_s: 1, end_s: 2, shares: { Murmur: 0.75, Normal: 0.25 } },
    { start_s: 2, end_s: 3, shares: { Murmur: 1, Normal: 0 } },
  ]);
  assert.deepEqual(courseOf([]), []);
});
