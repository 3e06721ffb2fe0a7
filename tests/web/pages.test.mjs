import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, seriousFindings } from './support/browser.mjs';
import { heartWav } from './support/heart.mjs';
import { startServer } from './support/server.mjs';

const timeout = 180_000;
let server;
let browser;
let id;
before(async () => {
  server = await startServer();
  browser = await launch();
  await server.upload(heartWav({ rate_bpm: 60 }), 'a-device-with-quite-a-long-name-in-ward-17');
  await server.upload(heartWav({ peak: 0 }), 'silent');
  ({ id } = await server.upload(heartWav({ murmurLevel: 0.4 }), 'ward-3'));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const addresses = () => ({
  now: '/#/now',
  try: '/#/try',
  history: '/#/history',
  devices: '/#/devices',
  model: '/#/model',
  recording: `/#/recordings/${id}`,
});

/** Until the page shows what it has asked for. */
const settled = async (page, name) => {
  const sign = {
    now: '.latest',
    try: '.drop-zone',
    history: 'table.history tbody tr',
    devices: '.device-card',
    model: '.confusion',
    recording: '.stage .lane.evidence',
  }[name];
  await page.locator(sign).first().waitFor();
};

for (const scheme of ['light', 'dark']) {
  test(`axe finds nothing serious on any page, ${scheme}`, { timeout }, async () => {
    for (const [name, path] of Object.entries(addresses())) {
      const { page, assertQuiet, close } = await openPage(browser, server, path, { scheme });
      await settled(page, name);
      assert.deepEqual(await seriousFindings(page), [], name);
      assertQuiet();
      await close();
    }
  });
}

for (const size of ['phone', 'desktop', 'wall']) {
  test(`no page is wider than a ${size}`, { timeout }, async () => {
    for (const [name, path] of Object.entries(addresses())) {
      const { page, close } = await openPage(browser, server, path, { size });
      await settled(page, name);
      const [needed, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(needed <= shown, `${name} is ${needed} px wide on ${shown}`);
      await close();
    }
  });
}

test('the colours follow the system, and the choice of a reader', { timeout }, async () => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await openPage(browser, server, '/', { scheme: 'light' });
  const dark = await openPage(browser, server, '/', { scheme: 'dark' });
  const [lightColour, darkColour] = [await background(light.page), await background(dark.page)];
  assert.notEqual(lightColour, darkColour);
  await light.page.keyboard.press('t');
  await light.page.keyboard.press('t');
  await light.page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  assert.equal(await background(light.page), darkColour);
  await light.page.reload();
  await light.page.locator('h1').first().waitFor();
  assert.equal(await background(light.page), darkColour);
  await light.close();
  await dark.close();
});

for (const [locale, language, heading] of [
  ['en-US', 'en', 'Now'],
  ['de-AT', 'de', 'Jetzt'],
  ['fr-CA', 'fr', 'Maintenant'],
  ['es-MX', 'es', 'Ahora'],
  ['ar-EG', 'ar', 'الآن'],
]) {
  test(`the page speaks ${language} to who reads ${locale}`, { timeout }, async () => {
    const { page, assertQuiet, close } = await openPage(browser, server, '/', { locale });
    await page.locator('.latest').first().waitFor();
    assert.equal(await page.locator('h1').innerText(), heading);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.equal(await page.locator('html').getAttribute('dir'), language === 'ar' ? 'rtl' : 'ltr');
    await page.locator('.language select').selectOption('fr');
    await page.getByRole('heading', { name: 'Maintenant' }).waitFor();
    assertQuiet();
    await close();
  });
}

test('the help lists the keys, and gives the focus back', { timeout }, async () => {
  const { page, close } = await openPage(browser, server);
  const button = page.getByRole('button', { name: 'Keyboard' });
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Keyboard' });
  await dialog.waitFor();
  assert.ok((await dialog.locator('kbd').count()) > 15);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await button.evaluate((element) => element === document.activeElement));
  await page.keyboard.press('3');
  await page.getByRole('heading', { name: 'History' }).waitFor();
  assert.ok(await page.locator('main').evaluate((element) => element === document.activeElement));
  await close();
});

test('a poor recording says why in words', { timeout }, async () => {
  const { page, close } = await openPage(browser, server);
  const card = page.locator('.latest', { hasText: 'silent' });
  await card.locator('.quality.poor li').first().waitFor();
  assert.match(await card.locator('.quality.poor').innerText(), /Silent/);
  assert.match(await card.locator('.confidence.doubtful').innerText(), /Not to be relied on/);
  await close();
});

test('the history and the devices mark a confidence that is not to be relied on', { timeout }, async () => {
  const { page, close } = await openPage(browser, server, '/#/history');
  const row = page.locator('table.history tbody tr', { hasText: 'silent' });
  assert.match(await row.locator('.confidence.doubtful').innerText(), /Not to be relied on/);
  const sound = page.locator('table.history tbody tr', { hasText: 'a-device-with' });
  assert.equal(await sound.locator('.confidence.doubtful').count(), (await server.json('/v1/latest?device=a-device-with-quite-a-long-name-in-ward-17')).reliable ? 0 : 1);
  await page.goto(`${server.url}/#/devices`);
  assert.match(await page.locator('.device-card', { hasText: 'silent' }).locator('.doubtful').innerText(), /Not to be relied on/);
  await close();
});

test('reasons are told in the language of the reader', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server, '/', { locale: 'fr-FR' });
  const card = page.locator('.latest', { hasText: 'silent' });
  await card.locator('.quality.poor li').first().waitFor();
  assert.match(await card.locator('.quality.poor').innerText(), /Silence : rien n’est parvenu au microphone/);
  assert.equal(await card.locator('[lang=en]').count(), 0, 'nothing is left in English');
  assertQuiet();
  await close();
});

test('the defaults of a device are changed here, and hold for its next upload', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server, '/#/devices');
  const card = page.locator('.device-card', { hasText: 'ward-3' });
  await card.getByRole('button', { name: 'Edit defaults' }).click();
  await page.getByRole('dialog').getByLabel('Sample rate, Hz').fill('8000');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await card.getByText('8,000 Hz').waitFor();
  const raw = heartWav({ sampleRate_hz: 8000 }).subarray(44);
  const stored = await server.upload(raw, 'ward-3');
  assert.equal(stored.sample_rate_hz, 8000);
  assertQuiet();
  await close();
});

test('a rate that is probably another one stands out among the devices', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server, '/#/now');
  await page.route('**/v1/devices', async (route) => {
    const told = await (await route.fetch()).json();
    const [first, ...others] = told.devices;
    const warnings = ['rate suspect: this would be a heart at 44100 Hz instead of 16000 Hz; set the rate'];
    await route.fulfill({
      json: { devices: [{ ...first, declared_rate_hz: 16000, detected_rate_hz: 44100, warnings }, ...others] },
    });
  });
  await page.goto(`${server.url}/#/devices`);
  const card = page.locator('.device-card').first();
  assert.equal(await card.locator('.suspect').innerText(), '44,100 Hz');
  assert.match(await card.locator('.warnings').innerText(), /a heart at 44,100 Hz, and is declared as 16,000 Hz/);
  assertQuiet();
  await close();
});

test('a server that wants a key is given one, and everything is asked for again', { timeout }, async () => {
  const { page, close } = await openPage(browser, server, '/#/history');
  let open = false;
  const refused = { status: 401, title: 'Unauthorized', code: 'unauthorized', detail: 'this needs a key' };
  await page.route(/\/v1\/(?!login)/, (route) =>
    open ? route.continue() : route.fulfill({ status: 401, contentType: 'application/problem+json', json: refused }),
  );
  await page.route('**/v1/login', (route) => {
    open = route.request().postDataJSON().key === 'right';
    return route.fulfill({ status: open ? 200 : 401, json: open ? {} : refused });
  });
  await page.reload();
  const dialog = page.getByRole('dialog', { name: 'This server asks for a key' });
  await dialog.waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await dialog.getByLabel('Key').fill('wrong');
  await page.keyboard.press('Enter');
  await dialog.getByText('does not take this key').waitFor();
  await dialog.getByLabel('Key').fill('right');
  await page.keyboard.press('Enter');
  await settled(page, 'history');
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  await close();
});

test('the model is shown with its confusion, its reliability and its limits', { timeout }, async () => {
  const { page, assertQuiet, close } = await openPage(browser, server, '/#/model');
  await settled(page, 'model');
  const { labels } = await server.json('/v1/model');
  assert.equal(await page.locator('.confusion tbody td').count(), labels.length ** 2);
  await page.locator('.chart canvas').waitFor();
  assert.match(await page.locator('.figures').innerText(), /PASCAL/);
  assert.ok((await page.locator('.limits li').count()) >= 3);
  assertQuiet();
  await close();
});
