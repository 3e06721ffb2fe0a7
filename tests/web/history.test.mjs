import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, openPage } from './support/browser.mjs';
import { heartWav } from './support/heart.mjs';
import { startServer } from './support/server.mjs';

const timeout = 180_000;
const count = 56;
let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await launch();
  const wav = heartWav({ duration_s: 5, sampleRate_hz: 2000 });
  const silence = heartWav({ duration_s: 5, sampleRate_hz: 2000, peak: 0 });
  for (let i = 0; i < count; i++) {
    await server.upload(i % 8 === 0 ? silence : wav, i % 4 === 0 ? 'ward-1' : 'ward-2');
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const rows = (page) => page.locator('table.history tbody tr');
const open = async (path = '/#/history', options = {}) => {
  const opened = await openPage(browser, server, path, options);
  await rows(opened.page).first().waitFor();
  return opened;
};
/** The field of the filters with this name. */
const field = (page, name) =>
  page
    .locator('.filters label')
    .filter({ has: page.locator('span', { hasText: new RegExp(`^${name}$`) }) })
    .locator('select, input');
const haveRows = (page, wanted) =>
  page.waitForFunction((n) => document.querySelectorAll('table.history tbody tr').length === n, wanted);

test('it shows a page of recordings, and the rest when asked', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  assert.equal(await rows(page).count(), 50);
  await page.getByRole('button', { name: 'Show more' }).click();
  await haveRows(page, count);
  assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
  assertQuiet();
  await close();
});

test('filters narrow it, stay in the address, and can be cleared', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  await field(page, 'Device').selectOption('ward-1');
  await haveRows(page, count / 4);
  await field(page, 'Quality').selectOption('poor');
  await haveRows(page, count / 8);
  assert.match(page.url(), /device=ward-1.*quality=poor/);
  await page.reload();
  await haveRows(page, count / 8);
  await field(page, 'To').fill('2001-01-01');
  await page.locator('.empty').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await haveRows(page, 50);
  await field(page, 'Class').selectOption('Artifact');
  const expected = (await server.json('/v1/recordings?class=Artifact&limit=50')).recordings.length;
  await haveRows(page, expected);
  assertQuiet();
  await close();
});

test('the keyboard moves, plays, annotates, labels and chooses', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  const current = page.locator('tr.current');
  assert.equal(await rows(page).nth(1).getAttribute('class'), await current.getAttribute('class'));

  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.keyboard.type('needle in a haystack');
  await page.keyboard.press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  await current.locator('.note').waitFor();

  await page.keyboard.press('m');
  await dialog.waitFor();
  await dialog.getByLabel('Correct label').selectOption('Extrastole');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await current.getByText('Extrasystole').waitFor();

  await page.keyboard.press('x');
  await page.getByText('Chosen: 1').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.recording').waitFor();
  await page.locator('.stage.ready').waitFor();
  const first = page.url();
  await page.locator('h1').click();
  await page.keyboard.press('j');
  await page.waitForFunction((url) => location.href !== url, first);
  assertQuiet();
  await close();
});

test('words in notes and labels are found', { timeout }, async () => {
  const { recordings } = await server.json('/v1/recordings?limit=1');
  await fetch(`${server.url}/v1/recordings/${recordings[0].id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ note: 'unmistakable', label: null }),
  });
  const { page, assertQuiet, close } = await open();
  await page.keyboard.press('/');
  await page.keyboard.type('unmistak');
  await haveRows(page, 1);
  assert.match(await rows(page).first().innerText(), /unmistakable/);
  assertQuiet();
  await close();
});

test('the chosen recordings are saved as a table and as audio', { timeout }, async () => {
  const { page, close } = await open();
  await rows(page).nth(0).getByRole('checkbox').check();
  await rows(page).nth(2).getByRole('checkbox').check();
  const [table] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.selection').getByRole('button', { name: 'CSV' }).click(),
  ]);
  assert.equal(readFileSync(await table.path(), 'utf8').trim().split('\n').length, 3);
  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.selection').getByRole('link', { name: 'Audio (ZIP)' }).click(),
  ]);
  const zip = readFileSync(await archive.path());
  assert.equal(zip.subarray(0, 2).toString(), 'PK');
  assert.ok(zip.includes('manifest.csv'));
  const all = await (await fetch(`${server.url}/v1/recordings/export.csv?device=ward-1`)).text();
  assert.equal(all.trim().split('\n').length, 1 + count / 4);
  await close();
});

test('what is deleted is gone at once, and comes back when it is undone', { timeout }, async () => {
  const { page, assertQuiet, close } = await open('/#/history?device=ward-1');
  await haveRows(page, count / 4);
  await rows(page).nth(0).getByRole('checkbox').check();
  await rows(page).nth(1).getByRole('checkbox').check();
  await page.keyboard.press('Delete');
  await haveRows(page, count / 4 - 2);
  assert.equal((await server.json('/v1/recordings?device=ward-1&limit=100')).recordings.length, count / 4 - 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await haveRows(page, count / 4);
  assert.equal((await server.json('/v1/recordings?device=ward-1&limit=100')).recordings.length, count / 4);
  assertQuiet();
  await close();
});
