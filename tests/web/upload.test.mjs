import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './support/browser.mjs';
import { heartWav } from './support/heart.mjs';
import { startServer } from './support/server.mjs';

const timeout = 180_000;
let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('an empty service says what to do first', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server);
  const steps = page.locator('.first-steps');
  await steps.waitFor();
  assert.match(await steps.locator('code').innerText(), /^curl --data-binary .*\/v1\/recordings/);
  assert.equal(await steps.locator('.drop-zone').count(), 1);
  assertQuiet();
  await close();
});

test('a browser gets the same page at / and at /ui/, a device its JSON', { timeout }, async () => {
  const html = { headers: { Accept: 'text/html' } };
  const [root, ui] = await Promise.all(['/', '/ui/'].map((path) => fetch(server.url + path, html)));
  assert.equal(await root.text(), await ui.text());
  const policy = root.headers.get('content-security-policy') ?? '';
  assert.doesNotMatch(policy, /unsafe/);
  const device = await fetch(`${server.url}/`, { headers: { Accept: '*/*' } });
  assert.match(device.headers.get('content-type') ?? '', /json|text\/plain/);
});

test('a chosen file is classified, and its recording opens', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server, '/#/try');
  await page.locator('.device-field input').fill('bedside-1');
  await page.locator('input[type=file]').setInputFiles({
    name: 'heart.wav',
    mimeType: 'audio/wav',
    buffer: heartWav(),
  });
  const result = page.locator('.results a').first();
  await result.waitFor();
  await result.click();
  await page.locator('.recording h1').waitFor();
  const [stored] = (await server.json('/v1/recordings')).recordings;
  assert.equal(stored.device, 'bedside-1');
  assert.ok(page.url().endsWith(stored.id));
  assertQuiet();
  await close();
});

test('a dropped file is classified, and a file that is no sound is explained', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server, '/#/try');
  const drop = (name, bytes) =>
    page.locator('.drop-zone').evaluate(
      (zone, [fileName, base64]) => {
        const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([data], fileName));
        zone.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [name, bytes.toString('base64')],
    );
  await drop('heart.wav', heartWav({ rate_bpm: 90 }));
  await page.locator('.results li').first().waitFor();
  assert.equal(await page.locator('.results li').count(), 1);
  assertQuiet();
  await drop('film.mp4', Buffer.from('\0\0\0\x20ftypisom\0\0\0\0isommp41\0\0\0\0', 'latin1'));
  const problem = page.locator('.drop-zone .problem');
  await problem.waitFor();
  assert.match(await problem.innerText(), /film\.mp4: .*MP4/i);
  await close();
});

test('a new recording appears on the first page by itself', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server);
  await page.locator('.live-state.on').waitFor();
  await server.upload(heartWav({ rate_bpm: 66 }), 'ward-9');
  const card = page.locator('.latest', { hasText: 'ward-9' });
  await card.waitFor();
  const { recordings } = await server.json('/v1/recordings?device=ward-9');
  assert.equal(await card.locator('.confidence strong').innerText(), `${Math.floor(recordings[0].confidence)}%`);
  assert.equal(await card.locator('.probabilities tr').count(), 5);
  assert.match(await card.locator('.heart-rate').innerText(), /6[5-7]/);
  assertQuiet();
  await close();
});
