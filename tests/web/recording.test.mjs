import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, until } from './support/browser.mjs';
import { heartWav } from './support/heart.mjs';
import { startServer } from './support/server.mjs';

const timeout = 180_000;
let server;
let browser;
let recording;
before(async () => {
  server = await startServer();
  browser = await launch();
  recording = await server.upload(heartWav({ murmurLevel: 0.35, duration_s: 30, sampleRate_hz: 2000 }), 'ward-3');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const open = async (options) => {
  const opened = await openPage(browser, server, `/#/recordings/${recording.id}`, options);
  await opened.page.locator('.stage.ready').waitFor();
  return opened;
};

const seconds = async (page) => {
  const [minutes, rest] = (await page.locator('.clock strong').innerText()).split(':').map(Number);
  return 60 * minutes + rest;
};

/** How many different colours the canvases in the player's element show. */
const coloursIn = (page, selector) =>
  page.locator(`.stage ${selector}`).evaluateAll((canvases) => {
    const colours = new Set();
    for (const canvas of canvases) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 44) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
    }
    return colours.size;
  });

/** Opens the recording as it would be if the server said otherwise of some members. */
const openChanged = async (changed, evidence = (told) => told, options = {}) => {
  const opened = await openPage(browser, server, '/#/now', options);
  const path = `${server.url}/v1/recordings/${recording.id}`;
  const change = (address, apply) =>
    opened.page.route(address, async (route) => {
      const told = await (await route.fetch()).json();
      await route.fulfill({ json: apply(told) });
    });
  await change(path, (told) => ({ ...told, ...changed }));
  await change(`${path}/evidence`, evidence);
  await opened.page.goto(`${server.url}/#/recordings/${recording.id}`);
  await opened.page.locator('.stage.ready').waitFor();
  return opened;
};

test('waveform, spectrogram, heart sounds and evidence are shown over one axis', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  await page.waitForFunction(() => {
    const root = document.querySelector('.stage > div')?.shadowRoot;
    return (root?.querySelectorAll('canvas').length ?? 0) >= 2;
  });
  // A waveform has few colours, a spectrogram many.
  await until(() => coloursIn(page, 'canvas'), (colours) => colours > 30, 'the number of colours');
  const marks = page.locator('.stage .lane.beats i.S1');
  const beats = recording.beats.filter(({ sound }) => sound === 'S1').length;
  await until(() => marks.count(), (count) => count === beats, `of ${beats} marks the number`);
  assert.ok(beats >= 10);
  assert.ok((await page.locator('.stage .lane.course i').count()) >= recording.windows.length);
  assert.equal(await page.locator('.hertz span').first().innerText(), '50 Hz');
  assertQuiet();
  await close();
});

test('what speaks for the answer comes by itself: beat by beat, and window by window', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  const lanes = page.locator('.stage .lane.evidence');
  await lanes.nth(1).waitFor();
  assert.deepEqual(await lanes.locator('b').allInnerTexts(), ['Evidence, beat by beat', 'Evidence, window by window']);
  const told = await server.json(`/v1/recordings/${recording.id}/evidence`);
  assert.equal(told.same_model, true);
  const beats = told.beats.filter(({ evidence }) => evidence !== undefined).length;
  assert.ok((await lanes.first().locator('i').count()) >= beats, 'a bar for each heart sound at least');
  assert.match(await page.locator('.player .legend').first().innerText(), /Speaks for/);
  assert.equal(await page.locator('.why .notice').count(), 0);
  assertQuiet();
  await close();
});

test('evidence that another model gives says so, and speaks for that model\'s class', { timeout }, async () => {
  const { page, close } = await openChanged({}, (told) => ({
    ...told,
    same_model: false,
    class: 'Normal',
    confidence: 61.9,
    model: { name: 'another', sha256: '0123456789'.repeat(6) + 'abcd' },
  }));
  await page.locator('.why .notice').waitFor();
  assert.match(await page.locator('.why .notice').innerText(), /another \(01234567\).*“Normal” with 61 %.*auscult-1/);
  assert.match(await page.locator('.player .legend').first().innerText(), /Speaks for “Normal”/);
  assert.equal(await page.locator('h1').innerText(), recording.class);
  await close();
});

test('a long recording is searched for evidence only when one asks', { timeout }, async () => {
  let asked = 0;
  const { page, close } = await openChanged({ duration_s: 61 }, (told) => {
    asked++;
    return told;
  });
  const button = page.getByRole('button', { name: 'Find out what speaks for it' });
  await button.waitFor();
  assert.equal(asked, 0);
  // The windows' own probabilities.
  await until(() => page.locator('.stage .lane.evidence').count(), (count) => count === 1, 'the number of lanes');
  await button.click();
  await page.locator('.stage .lane.evidence').nth(1).waitFor();
  assert.equal(asked, 1);
  await close();
});

test('early beats, pauses, noise and extra sounds are marked on the time line, and can be heard', { timeout }, async () => {
  const { page, close } = await openChanged({
    rhythm: {
      cycle_s: 0.83, systole_s: 0.31, diastole_s: 0.52, irregularity: 0.08,
      premature_beats: [{ time_s: 7.4, prematurity: 0.7 }],
      pauses: [{ start_s: 7.4, end_s: 8.9 }],
    },
    murmur: { timing: 'early systolic', systole_db: 12, diastole_db: 1 },
    extra_sounds: [{ start_s: 3.2, end_s: 3.26, phase: 'diastole' }],
  });
  for (const mark of ['early', 'pause', 'extra']) {
    const marks = page.locator(`.stage .lane.beats i.${mark}`);
    await until(() => marks.count(), (count) => count === 1, `the number of ${mark}`);
  }
  assert.ok((await page.locator('.stage .lane.beats i.murmur').count()) >= 10);
  const legend = await page.locator('.player .legend').first().innerText();
  for (const name of ['Noise early in systole', 'Early beat', 'Pause', 'Extra sound']) {
    assert.ok(legend.includes(name), name);
  }
  assert.match(await page.locator('.heart .cycle').getAttribute('aria-label'), /systole 0.31 s.*Noise early in systole/);
  await page.getByLabel('Speed').selectOption('0.25');
  await page.locator('.heart .chip', { hasText: '7.4 s' }).first().click();
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await until(() => seconds(page), (now) => now >= 5.8, 'the clock');
  await close();
});

test('a confidence that is not to be relied on is shown so, with the reason', { timeout }, async () => {
  const { page, close } = await openChanged(
    { confidence: 43.7, reliable: false, unreliable_reasons: ['undecided: only 43 % speak for Murmur'] },
    undefined,
    { locale: 'de-DE' },
  );
  assert.match(await page.locator('.headline .confidence.doubtful').innerText(), /43.*Kein Verlass darauf/s);
  assert.match(await page.locator('.quality.poor').innerText(), /Unentschieden: Nur 43 % sprechen für „Herzgeräusch“/);
  await close();
});

test('it plays, stops at the space bar, and repeats a loop', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  // Slowly, so that a busy machine is not overtaken by the end of the recording.
  await page.getByLabel('Speed').selectOption('0.25');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.waitForFunction(() => parseFloat(document.querySelector('.clock strong').textContent.slice(2)) > 0.5);
  await page.locator('h1').click();
  await page.keyboard.press(' ');
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  const stopped = await seconds(page);
  assert.ok(stopped > 0.4 && stopped < 29);

  await page.keyboard.press('l');
  assert.equal(await page.getByRole('button', { name: 'Loop' }).getAttribute('aria-pressed'), 'true');
  // The player draws its loop a moment later.
  const loop = page.locator('.stage [part~=region]');
  await loop.waitFor();
  assert.equal(await loop.count(), 1);
  await page.keyboard.press('l');
  await loop.waitFor({ state: 'detached' });
  assertQuiet();
  await close();
});

test('speed, the band that is heard and the equaliser can be set while it plays', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  await page.getByLabel('Speed').selectOption('0.25');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByLabel('Listen through').selectOption('bell');
  await page.locator('.equaliser summary').click();
  await page.getByLabel('60 Hz').fill('6');
  assert.equal(await page.locator('.equaliser output').first().innerText(), '6 dB');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  assertQuiet();
  await close();
});

test('the seconds that made the answer can be heard on their own', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  // The second lane is of what was asked for, the first may be of what was told with the recording.
  await page.locator('.stage .lane.evidence').nth(1).waitFor();
  const stretches = page.locator('.stretches button');
  if ((await stretches.count()) === 0) {
    // A recording that is alike throughout: the page must say that nothing stands out.
    assert.match(await page.locator('.why').innerText(), /No part of the recording stands out/);
  } else {
    const [from, to] = (await stretches.first().innerText()).match(/[\d.]+/g).map(Number);
    await stretches.first().click();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await until(() => seconds(page), (now) => now >= from - 0.2 && now <= to + 0.2, `the clock, of ${from} to ${to},`);
    await page.locator('.stage [part~=region]').waitFor();
  }
  assertQuiet();
  await close();
});

test('the keys of the time slider move it', { timeout }, async () => {
  const { page, close } = await open();
  const slider = page.getByRole('slider', { name: 'Position in the recording' });
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('.stage').getAttribute('aria-valuenow') === '1');
  await close();
});

test('a label and a note stay, apart from the answer, and reach the training manifest', { timeout }, async () => {
  const { page, assertQuiet, close } = await open();
  await page.keyboard.press('n');
  await page.keyboard.type('Heard at the apex; say "ah"');
  await page.getByLabel('Correct label').selectOption('Normal');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.corrected').waitFor();
  await page.reload();
  await page.locator('.corrected').waitFor();
  assert.equal(await page.getByLabel('Note', { exact: true }).inputValue(), 'Heard at the apex; say "ah"');
  const stored = await server.json(`/v1/recordings/${recording.id}`);
  assert.equal(stored.review.label, 'Normal');
  assert.equal(stored.class, recording.class);
  const manifest = await (await fetch(`${server.url}/v1/recordings/manifest.csv`)).text();
  assert.match(manifest.split('\n')[0], /^file,label,device,group,sample_rate_hz,duration_s,fold/);
  assert.match(manifest, new RegExp(`${recording.id}.*,Normal,ward-3`));
  assertQuiet();
  await close();
});

test('the WAV and the JSON can be saved', { timeout }, async () => {
  const { page, close } = await open();
  for (const [name, ending] of [['WAV', '.wav'], ['JSON', '.json']]) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name, exact: true }).click(),
    ]);
    assert.equal(download.suggestedFilename(), recording.id + ending);
  }
  await close();
});

test('a recording that is not there is said to be missing', { timeout }, async () => {
  const { page, close } = await openPage(browser, server, '/#/now');
  await page.goto(`${server.url}/#/recordings/01234567-89ab-7cde-8f01-23456789abcd`);
  await page.locator('.problem').waitFor();
  await close();
});
