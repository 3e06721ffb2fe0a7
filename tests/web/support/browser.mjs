// Debian's Chromium, and pages that complain about whatever a page must not do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function launch({ microphone } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    timeout: 60_000,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage', // In a container /dev/shm may be too small for a page.
      '--headless=new',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}`] : []),
    ],
  });
}

export const sizes = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1366, height: 860 },
  wall: { width: 2560, height: 1440 },
};

/**
 * A page of its own context. `complaints` gathers errors, breaches of the Content-Security-Policy
 * and requests to other places than the service; a test ends with `assertQuiet`.
 */
export async function openPage(browser, server, path = '/', options = {}) {
  const { size = 'desktop', scheme = 'light', locale = 'en-GB' } = options;
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: scheme,
    locale,
    hasTouch: size === 'phone',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(40_000);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!/^(blob|data):/.test(address) && !address.replace(/^ws/, 'http').startsWith(server.url)) {
      complaints.push(`outside: ${address}`);
    }
  });
  await page.goto(server.url + path);
  await page.locator('main h1, main h2').first().waitFor();
  return {
    page,
    assertQuiet: () => assert.deepEqual(complaints, []),
    close: async () => {
      // An answer that a test has changed may still be on its way.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    },
  };
}

/** Asks until `wanted` is true of the answer; a busy machine takes its time to show what it was told. */
export async function until(ask, wanted, name = '') {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const told = await ask();
    if (wanted(told)) return told;
    if (Date.now() > deadline) assert.fail(`${name} is still ${told}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What axe-core finds serious or critical on the page as it is. */
export async function seriousFindings(page) {
  // By the debugger, since the page's policy allows no script but its own.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
