import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, openPage } from './support/browser.mjs';
import { heartWav } from './support/heart.mjs';
import { hasRecordings, pascal, startServer } from './support/server.mjs';

const timeout = 180_000;
let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** Records with a browser whose microphone hears `wav` over and over, until `partials` answers came. */
async function stream(wav, device, partials) {
  const microphone = join(server.folder, `${device}.wav`);
  writeFileSync(microphone, wav);
  const browser = await launch({ microphone });
  try {
    const { page, assertQuiet } = await openPage(browser, server, '/#/try');
    await page.locator('.device-field input').fill(device);
    await page.getByRole('button', { name: 'Start recording' }).click();
    await page.waitForFunction(
      (n) => parseInt(document.querySelector('.live .clock')?.textContent ?? '0', 10) >= n,
      partials,
      { timeout: 60_000 },
    );
    assert.equal(await page.locator('.live-result .probabilities tr').count(), 5);
    await page.getByRole('button', { name: 'Stop and store' }).click();
    const result = page.locator('.results a');
    await result.waitFor();
    const { recordings } = await server.json(`/v1/recordings?device=${device}`);
    assert.equal(recordings.length, 1);
    assert.ok((await result.getAttribute('href')).endsWith(recordings[0].id));
    assert.equal(
      await page.locator('.live-result .confidence strong').innerText(),
      `${Math.floor(recordings[0].confidence)}%`,
    );
    await result.click();
    await page.locator('.stage.ready').waitFor();
    assertQuiet();
    return recordings[0];
  } finally {
    await browser.close();
  }
}

test('what a microphone hears is classified while it sounds, then stored', { timeout }, async () => {
  const heart = heartWav({ sampleRate_hz: 48000, duration_s: 20, rate_bpm: 72, peak: 0.6 });
  const recording = await stream(heart, 'microphone', 8);
  assert.ok(recording.duration_s > 7);
  assert.ok(Math.abs(recording.heart_rate_bpm - 72) < 4, `${recording.heart_rate_bpm} beats per minute`);
});

test('a real recording is heard through the microphone', {
  timeout,
  skip: !hasRecordings && 'AUSCULT_DATA has no pascal/manifest.csv',
}, async () => {
  const name = readdirSync(pascal).find((file) => file.startsWith('A_normal__'));
  const flac = readFileSync(join(pascal, name));
  const { id, heart_rate_bpm } = await server.upload(flac, 'source');
  const wav = Buffer.from(await (await fetch(`${server.url}/v1/recordings/${id}/audio`)).arrayBuffer());
  const recording = await stream(wav, 'bedside', 8);
  assert.ok(recording.duration_s > 7);
  if (heart_rate_bpm !== null && recording.heart_rate_bpm !== null) {
    assert.ok(Math.abs(recording.heart_rate_bpm - heart_rate_bpm) < 12);
  }
});

test('a page that is left keeps what it has sent', { timeout }, async () => {
  const microphone = join(server.folder, 'left.wav');
  writeFileSync(microphone, heartWav({ sampleRate_hz: 48000, duration_s: 20, peak: 0.6 }));
  const browser = await launch({ microphone });
  const { page } = await openPage(browser, server, '/#/try');
  await page.locator('.device-field input').fill('left');
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.waitForFunction(() => parseInt(document.querySelector('.live .clock')?.textContent ?? '0', 10) >= 3);
  await browser.close();
  const deadline = Date.now() + 20_000;
  let stored = [];
  while (stored.length === 0 && Date.now() < deadline) {
    ({ recordings: stored } = await server.json('/v1/recordings?device=left'));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(stored.length, 1);
  assert.ok(stored[0].duration_s >= 2.5);
});
