import assert from 'node:assert/strict';
import { test } from 'node:test';
import metrics from '../../../models/auscult-1/metrics.json';
import { confusionOf, figure, reliabilityOf, weakClasses } from './metrics';

const labels = ['Artifact', 'Murmur', 'Normal', 'Extrahls', 'Extrastole'];

test('the shipped figures hold everything that the page shows', () => {
  const confusion = confusionOf(metrics, 'sqrt');
  assert.equal(confusion?.length, labels.length);
  const total = confusion?.flat().reduce((sum, count) => sum + count, 0);
  assert.equal(total, metrics.pascal.all.recordings);
  assert.equal(reliabilityOf(metrics).reduce((sum, { count }) => sum + count, 0), total);
  const accuracy = figure(metrics, 'pascal', 'all', 'decisions', 'sqrt', 'accuracy');
  assert.ok(accuracy?.low && accuracy.high && accuracy.low < accuracy.value && accuracy.value < accuracy.high);
});

test('classes that are mostly missed are named', () => {
  const all = { pascal: { all: { decisions: { sqrt: { recall: { Murmur: { value: 0.8 }, Extrastole: { value: 0.1 } } } } } } };
  assert.deepEqual(weakClasses(all, labels, 'sqrt'), [{ label: 'Extrastole', recall: { value: 0.1 } }]);
});

test('figures that are not there are missing, not zero', () => {
  for (const nothing of [null, {}, { pascal: 3 }, { pascal: { all: { reliability: 'x' } } }]) {
    assert.equal(figure(nothing, 'pascal', 'all', 'ece'), undefined);
    assert.equal(confusionOf(nothing, 'sqrt'), undefined);
    assert.deepEqual(reliabilityOf(nothing), []);
  }
});
