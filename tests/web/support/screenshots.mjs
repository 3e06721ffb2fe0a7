// Makes the pictures of docs/images from a running service: of real recordings where AUSCULT_DATA
// has them, else of synthetic hearts.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, openPage } from './browser.mjs';
import { heartWav } from './heart.mjs';
import { hasRecordings, pascal, startServer } from './server.mjs';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
mkdirSync(images, { recursive: true });

/** Device and file, or the synthetic heart in its place; the last one is the newest. */
const real = [
  ['phone-2', 'A_artifact__201012172012.flac', { peak: 0 }],
  ['digiscope-7', 'B_extrastole__128_1306344005749_A.flac', { rate_bpm: 92 }],
  ['phone-1', 'A_normal__201102201230.flac', { rate_bpm: 79 }],
  ['digiscope-4', 'B_normal__103_1305031931979_D2.flac', { rate_bpm: 101 }],
  ['clinic-b', 'B_murmur__185_1308073325396_B.flac', { murmurLevel: 0.4, duration_s: 12 }],
  ['ward-3', 'A_normal__201102081321.flac', { rate_bpm: 72 }],
];

async function fill(server) {
  const stored = [];
  for (const [device, name, synthetic] of [...real, ...real]) {
    const path = join(pascal, name);
    const bytes = hasRecordings && existsSync(path) ? readFileSync(path) : heartWav(synthetic);
    stored.push(await server.upload(bytes, device));
  }
  const [, normal] = stored;
  await fetch(`${server.url}/v1/recordings/${normal.id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ note: 'As labelled in the data set', label: 'Extrastole' }),
  });
  return stored;
}

async function picture(page, name) {
  const path = join(images, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  console.log(`${name}.png: ${Math.round(statSync(path).size / 1000)} kB`);
}

const server = await startServer();
const stored = await fill(server);
const murmur = stored.filter(({ class: name }) => name === 'Murmur').sort((a, b) => b.confidence - a.confidence)[0] ?? stored.at(-1);
const microphone = join(server.folder, 'microphone.wav');
writeFileSync(microphone, Buffer.from(await (await fetch(`${server.url}/v1/recordings/${murmur.id}/audio`)).arrayBuffer()));
const browser = await launch({ microphone });
try {
  const wanted = process.argv.slice(2);
  const show = async (name, path, ready, options = {}, act = async () => {}) => {
    if (wanted.length > 0 && !wanted.includes(name)) return;
    const { page, close } = await openPage(browser, server, path, options);
    await page.locator(ready).first().waitFor();
    await act(page);
    await page.waitForTimeout(1200);
    await picture(page, name);
    await close();
  };
  await show('now', '/#/now', '.latest');
  await show('now-dark', '/#/now', '.latest', { scheme: 'dark' });
  await show('recording', `/#/recordings/${murmur.id}`, '.stage .lane.evidence');
  await show('recording-dark', `/#/recordings/${murmur.id}`, '.stage .lane.evidence', { scheme: 'dark' }, async (page) => {
    await page.locator('.player').scrollIntoViewIfNeeded();
    await page.evaluate(() => scrollTo(0, document.querySelector('.player').offsetTop - 24));
  });
  await show('recording-phone', `/#/recordings/${murmur.id}`, '.stage .lane.evidence', { size: 'phone' });
  await show('history', '/#/history', 'table.history tbody tr');
  await show('devices', '/#/devices', '.device-card');
  await show('model', '/#/model', '.confusion');
  await show('now-arabic', '/#/now', '.latest', { locale: 'ar-EG' });
  await show('live', '/#/try', '.live', { scheme: 'dark' }, async (page) => {
    await page.locator('.device-field input').fill('bedside');
    await page.locator('.live .primary').click();
    await page.waitForFunction(() => parseInt(document.querySelector('.live .clock')?.textContent ?? '0', 10) >= 9, null, { timeout: 60_000 });
  });
} finally {
  await browser.close();
  await server.stop();
}
