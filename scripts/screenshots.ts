import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { now } from './screenshots/account.ts';
import { answerFor } from './screenshots/answers.ts';
import { origin, servePage } from './screenshots/serve-page.ts';

/**
 * `npm run screenshots`: pictures of the page's main screens for the documents, into docs/portal. The account in them is
 * made up, its clock stands still, and nothing leaves this machine.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const wide = { width: 1280, height: 860 };
const short = { width: 1280, height: 640 };
const tall = { width: 1280, height: 1040 };
const narrow = { width: 390, height: 844 };
type ColorScheme = 'light' | 'dark';

interface Picture {
  readonly name: string;
  readonly place: string;
  readonly size?: typeof wide;
  readonly scheme?: ColorScheme;
  readonly locale?: string;
}

const pictures: readonly Picture[] = [
  { name: 'webhooks', place: '', size: short },
  { name: 'webhooks-dark', place: '', size: short, scheme: 'dark' },
  { name: 'webhooks-narrow', place: '', size: narrow },
  { name: 'webhooks-pt', place: '', size: short, locale: 'pt-BR' },
  { name: 'delivery', place: 'webhooks/sub_crm/deliveries/dlv_0', size: tall },
  { name: 'delivery-dark', place: 'webhooks/sub_crm/deliveries/dlv_0', size: tall, scheme: 'dark' },
  { name: 'delivery-narrow', place: 'webhooks/sub_crm/deliveries/dlv_0', size: narrow },
  { name: 'activity', place: 'webhooks/sub_crm/activity' },
  { name: 'activity-dark', place: 'webhooks/sub_crm/activity', scheme: 'dark' },
  { name: 'settings', place: 'webhooks/sub_crm/settings' },
  { name: 'add', place: 'webhooks/new' },
  { name: 'add-narrow', place: 'webhooks/new', size: narrow, scheme: 'dark' },
  { name: 'event', place: 'events/evt_48213_resolved' },
  { name: 'doctor', place: 'doctor' },
];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const folder = join(root, 'docs/portal');
await mkdir(folder, { recursive: true });
for (const picture of pictures) await take(picture);
await browser.close();
console.log(`${pictures.length} pictures in docs/portal`);

async function take({ name, place, size = wide, scheme = 'light', locale = 'en' }: Picture): Promise<void> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: scheme,
    locale,
    timezoneId: 'America/Sao_Paulo',
    reducedMotion: 'reduce',
    deviceScaleFactor: size === narrow ? 2 : 1,
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(now);
  await servePage(page, answerFor);
  await page.goto(`${origin}/#link=made-up`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${origin}/#/${place}`);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}
