import assert from 'node:assert/strict';
import { test } from 'node:test';
import ar from './messages/ar.json';
import de from './messages/de.json';
import en from './messages/en.json';
import es from './messages/es.json';
import fr from './messages/fr.json';
import { fill, preferredLanguage, speak } from './i18n';
import { parseRoute } from './router';

const others: Record<string, Record<string, string>> = { de, fr, es, ar };
const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join(' ');

for (const [language, messages] of Object.entries(others)) {
  test(`${language} has the messages of English and no others`, () => {
    assert.deepEqual(Object.keys(messages).sort(), Object.keys(en).sort());
  });

  test(`${language} leaves the same blanks as English`, () => {
    for (const [key, text] of Object.entries(en)) {
      assert.equal(blanks(messages[key] ?? ''), blanks(text), key);
    }
  });

  test(`${language} has no empty message`, () => {
    for (const [key, text] of Object.entries(messages)) assert.ok(text.trim(), key);
  });
}

test('blanks are filled, and stay where there is no value', () => {
  assert.equal(fill('{a} of {b}', { a: 1 }), '1 of {b}');
});

test('a stored language wins over those asked for, and English is last', () => {
  assert.equal(preferredLanguage('ar', ['de']), 'ar');
  assert.equal(preferredLanguage(null, ['pt-BR', 'fr-CA', 'de']), 'fr');
  assert.equal(preferredLanguage('xx', ['pt']), 'en');
});

test('time passed is told in the largest whole unit', () => {
  const speech = speak('en', en);
  const now = Date.parse('2026-01-01T12:00:00Z');
  assert.equal(speech.ago('2026-01-01T11:59:30Z', now), '30 seconds ago');
  assert.equal(speech.ago('2026-01-01T09:00:00Z', now), '3 hours ago');
  assert.equal(speech.ago('2026-01-01T12:00:05Z', now), 'now');
});

test('an address leads to its page, and an unknown one to the first', () => {
  assert.deepEqual(parseRoute('#/recordings/a-b').page, 'recording');
  assert.equal(parseRoute('#/history?class=Murmur').parameters.get('class'), 'Murmur');
  assert.equal(parseRoute('#/nothing').page, 'now');
  assert.equal(parseRoute('').page, 'now');
});
