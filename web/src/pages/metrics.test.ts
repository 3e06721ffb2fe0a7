import assert from 'node:assert/strict';
import { test } from 'node:test';
import metrics from '../../../models/auscult-1/metrics.json';
import { confusionOf, figure, reliabilityOf, weakClasses, worstUnseen } from './metrics';

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

test('the set in which the fewest healthy hearts are called Normal is found', () => {
  const metrics = {
    unseen: {
      a: { healthy_called_normal_sqrt: { value: 0.9 } },
      b: { healthy_called_normal_sqrt: { value: 0.2, low: 0.1, high: 0.3 } },
      c: { healthy_called_normal_sqrt: { value: 0.3 } },
    },
  };
  assert.equal(worstUnseen(metrics, 'sqrt')?.name, 'b');
  assert.equal(worstUnseen({ unseen: { a: metrics.unseen.a } }, 'sqrt'), undefined);
  assert.equal(worstUnseen(null, 'sqrt'), undefined);
});

test('figures that are not there are missing, not zero', () => {
  for (const nothing of [null, {}, { pascal: 3 }, { pascal: { all: { reliability: 'x' } } }]) {
    assert.equal(figure(nothing, 'pascal', 'all', 'ece'), undefined);
    assert.equal(confusionOf(nothing, 'sqrt'), undefined);
    assert.deepEqual(reliabilityOf(nothing), []);
  }
});
