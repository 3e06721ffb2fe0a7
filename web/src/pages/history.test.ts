import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Recording } from '../api/types';
import { csvOf } from './csv';
import { filtersOf, isFiltered, searchOf, serverFilters } from './filters';
import { neighbour, rememberOrder } from './neighbours';

const recording = {
  id: 'a',
  device: '=HYPERLINK("x")',
  received_at: '2026-01-01T00:00:00Z',
  class: 'Murmur',
  confidence: 87.5,
  probabilities: { Murmur: 0.875, Normal: 0.125 },
  quality: { verdict: 'poor', reasons: ['too short', 'clipped, twice'] },
  heart_rate_bpm: null,
  duration_s: 3,
  review: { note: 'say "ah"\nagain', label: 'Normal', updated_at: '' },
} as unknown as Recording;

test('a table of recordings has a heading and quotes what needs it', () => {
  const [heading, ...lines] = csvOf([recording]).split('\r\n');
  assert.match(heading ?? '', /^id,device,.*p_Murmur,p_Normal,.*,label,note$/);
  assert.ok(lines.join('\r\n').includes('"say ""ah""\nagain"'));
  assert.ok(lines.join('').includes('"too short; clipped, twice"'));
});

test('what a device calls itself is never a formula', () => {
  assert.ok(csvOf([recording]).includes(`"'=HYPERLINK(""x"")"`));
});

test('filters survive the way through the address', () => {
  const filters = { device: 'ward 3', class: 'Murmur', from: '2026-01-02', q: 'a&b' };
  assert.deepEqual(filtersOf(new URLSearchParams(searchOf(filters).slice(1))), filters);
  assert.equal(searchOf({}), '');
  assert.equal(isFiltered({}), false);
  assert.equal(isFiltered(filters), true);
});

test('a last day is included whole', () => {
  const { from, to } = serverFilters({ from: '2026-01-02', to: '2026-01-02' });
  assert.equal(Date.parse(to ?? '') - Date.parse(from ?? ''), 24 * 3600 * 1000);
});

test('the neighbours of a recording are those of the list', () => {
  rememberOrder(['a', 'b', 'c']);
  assert.equal(neighbour('b', 1), 'c');
  assert.equal(neighbour('a', -1), undefined);
  assert.equal(neighbour('x', 1), undefined);
});
