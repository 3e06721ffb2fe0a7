import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './support/browser.mjs';
import { heartWav } from './support/heart.mjs';
import { startServer } from './support/server.mjs';

const timeout = 180_000;
let server;
let browser;
before(async () => {
  server = await startServer(['--require-keys']);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a closed server is used with a key: events, uploads and sound, until one logs out', { timeout }, async () => {
  const key = /\S{20,}/.exec(server.makeKey('browser', 'upload,read,listen,admin'))[0];
  const { page, close } = await openPage(browser, server, '/ui/');
  const dialog = page.getByRole('dialog', { name: 'This server asks for a key' });
  await dialog.getByLabel('Key').fill(key);
  await page.keyboard.press('Enter');
  await page.locator('.live-state.on').waitFor();
  await dialog.waitFor({ state: 'detached' });

  await page.goto(`${server.url}/ui/#/try`);
  await page.setInputFiles('input[type=file]', { name: 'heart.wav', mimeType: 'audio/wav', buffer: heartWav() });
  await page.locator('.results a').first().click();
  await page.locator('.stage .lane.evidence').first().waitFor();
  assert.equal((await fetch(`${server.url}/v1/recordings`)).status, 401, 'others see nothing');

  await page.getByRole('button', { name: 'Log out' }).click();
  await dialog.waitFor();
  await close();
});
