import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where Debian, other distributions and macOS have it; `CHROMIUM` names another one. */
const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const browserPath = places.find((path) => path !== undefined && existsSync(path));

/** On CI, a missing browser is a fault. Elsewhere the name of the skipped tests says what is missing. */
export const hasBrowser = browserPath !== undefined || process.env['CI'] === 'true';

export const inBrowser = hasBrowser
  ? 'in Chromium'
  : 'in Chromium: skipped, because there is none (CHROMIUM=/path/to/it names one)';

export function launchBrowser() {
  if (browserPath === undefined) throw new Error('no Chromium found: set CHROMIUM to the path of one');
  return chromium.launch({
    executablePath: browserPath,
    // The sandbox needs rights that a container rarely has; the only pages are our own. The rest keeps it from calling home.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
