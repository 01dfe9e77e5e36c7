import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { auditLog, now } from '../../../scripts/screenshots/account.ts';
import { answerFor } from '../../../scripts/screenshots/answers.ts';
import { deliveries } from '../../../scripts/screenshots/deliveries.ts';
import { type AnswerFor, origin, servePage } from '../../../scripts/screenshots/serve-page.ts';
import { hasBrowser, inBrowser, launchBrowser } from './browser.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const describeHere = hasBrowser ? describe : describe.skip;

const screens = [
  '',
  'webhooks/sub_crm',
  'webhooks/sub_crm/deliveries/dlv_0',
  'webhooks/sub_crm/activity',
  'webhooks/sub_crm/drill',
  'webhooks/sub_crm/settings',
  'webhooks/sub_erp',
  'webhooks/sub_news',
  'webhooks/sub_old/settings',
  'webhooks/new',
  'events/evt_48213_resolved',
  'doctor',
  'notices',
];

describeHere(`the page ${inBrowser}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'page-'));
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const build = ['build', 'portal', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
    execFileSync(process.execPath, [vite, ...build], { cwd: root });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(place: string, options: BrowserContextOptions = {}, answers: AnswerFor = answerFor) {
    const size = { width: 1280, height: 900 };
    const context = await browser.newContext({
      viewport: size,
      locale: 'en',
      reducedMotion: 'reduce',
      ...options,
    });
    // A busy machine may take long.
    context.setDefaultTimeout(100_000);
    const page = await context.newPage();
    await page.clock.setFixedTime(now);
    await servePage(page, answers, folder);
    await page.goto(`${origin}/#link=made-up`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goto(`${origin}/#/${place}`);
    await page.waitForLoadState('networkidle');
    return page;
  }

  /** What axe finds that hinders somebody seriously. */
  async function findings(page: Page): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`),
      );
  }

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each(screens)('#/%s hinders nobody', async (place) => {
      const page = await open(place, { colorScheme });
      expect(await findings(page)).toEqual([]);
      await page.context().close();
    });
  });

  test.each(screens)('on a narrow screen, nothing of #/%s stands beyond its edge', async (place) => {
    const page = await open(place, { viewport: { width: 360, height: 740 } });
    expect(await findings(page)).toEqual([]);
    const { scrollWidth, clientWidth } = (await page.evaluate(
      '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
    )) as { scrollWidth: number; clientWidth: number };
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
    await page.context().close();
  });

  test('a dialog hinders nobody, keeps the focus, and gives it back', async () => {
    const page = await open('');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await findings(page)).toEqual([]);
    for (let tabs = 0; tabs < 4; tabs += 1) {
      await page.keyboard.press('Tab');
      // Outside of it, only the browser's own bars may have the focus.
      expect(await page.evaluate('document.activeElement.matches("dialog *, dialog, body")')).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.context().close();
  });

  test.each([
    ['sub_bot', 'Pause', 'Until another time'],
    ['sub_old', 'Enable', 'Do not send it'],
  ])('at %s, the dialog behind “%s” hinders nobody, with “%s” chosen', async (id, button, choice) => {
    const page = await open(`webhooks/${id}`, { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('dialog').getByRole('radio', { name: choice }).check();
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });

  test('a receiver that fails: how much is kept, since when, and when it is called next', async () => {
    const page = await open('webhooks/sub_erp');
    const notice = page.locator('.notice.bad');
    await notice.getByText('More than 1,000 deliveries are kept. The oldest is from').waitFor();
    await notice.getByText('in 4 minutes').waitFor();
    expect(await notice.textContent()).toContain('iOmniHub disables the webhook');
    await page.context().close();
  });

  test('notices are new until somebody has opened them, in the words of the page', async () => {
    const page = await open('');
    await page.getByRole('link', { name: 'Notices, 4 new' }).click();
    const items = page.getByRole('region', { name: 'Latest notices' }).getByRole('listitem');
    await items
      .filter({ hasText: 'news.acme.example' })
      .getByText('or until the webhook is resumed')
      .waitFor();
    await items.filter({ hasText: 'Settings changed' }).getByText('https://erp.acme.example').waitFor();
    expect(await items.count()).toBe(4);
    await page.reload();
    await page.getByRole('link', { name: 'Notices', exact: true }).waitFor();
    await page.context().close();
  });

  test('a webhook shows the notices about it, and no others', async () => {
    const page = await open('webhooks/sub_erp/activity');
    const items = page.getByRole('region', { name: 'About this webhook' }).getByRole('listitem');
    await items.filter({ hasText: 'Your server fails' }).getByText('your server answered 503').waitFor();
    expect(await items.count()).toBe(2);
    await page.context().close();
  });

  test('a list of ten thousand deliveries is read page by page, and has few rows at any time', async () => {
    const [sample] = deliveries;
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...sample,
      id: `dlv_${index}`,
      acceptedAt: new Date(now.getTime() - index * 1_000).toISOString(),
    }));
    const page = await open('webhooks/sub_crm', {}, (method, path, query) => {
      if (path !== '/subscriptions/sub_crm/deliveries') return answerFor(method, path, query);
      const from = Number(query.get('cursor') ?? 0);
      const end = from + Number(query.get('limit'));
      return { items: many.slice(from, end), nextCursor: end < many.length ? String(end) : null };
    });
    const scroller = page.getByRole('region', { name: 'Deliveries' }).locator('.scroller');
    const table = page.locator('.windowed-table');
    for (;;) {
      // Before it scrolls: what comes then, comes because of it.
      const count = Number(await table.getAttribute('aria-rowcount'));
      await scroller.evaluate((element) => {
        element.scrollTop = element.scrollHeight;
      });
      expect(await table.locator('tbody tr').count()).toBeLessThan(60);
      if (count === many.length) break;
      await page.waitForFunction(
        `Number(document.querySelector('.windowed-table').getAttribute('aria-rowcount')) > ${count}`,
      );
    }
    await table.locator('tr[aria-rowindex="10000"]').waitFor();
    await page.context().close();
  });

  test('an account without webhooks learns when one is worth having, and when none is needed', async () => {
    const page = await open('', {}, (method, path, query) =>
      path === '/subscriptions' ? { items: [], nextCursor: null } : answerFor(method, path, query),
    );
    await page.getByText('for a chatbot of yours, or to keep a CRM in step').waitFor();
    await page.getByText('that is enough, and you need no webhook').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });

  test('a webhook of which nothing was changed says so', async () => {
    const page = await open('webhooks/sub_crm/settings', {}, (method, path, query) =>
      path === '/audit-log' ? { items: [], nextCursor: null } : answerFor(method, path, query),
    );
    const card = page.getByRole('region', { name: 'Changes' });
    await card.getByText('Nothing has been changed yet.').waitFor();
    expect(await card.getByRole('listitem').count()).toBe(0);
    await page.context().close();
  });

  test('earlier changes are read when they are asked for', async () => {
    const page = await open('webhooks/sub_crm/settings', {}, (method, path, query) =>
      path === '/audit-log'
        ? {
            items: auditLog.items.slice(...(query.has('cursor') ? [2] : [0, 2])),
            nextCursor: query.has('cursor') ? null : 'c',
          }
        : answerFor(method, path, query),
    );
    const entries = page.getByRole('region', { name: 'Changes' }).getByRole('listitem');
    await page.getByRole('button', { name: 'Show earlier ones' }).click();
    await entries.filter({ hasText: 'Webhook added' }).waitFor();
    expect(await entries.count()).toBe(auditLog.items.length);
    expect(await page.getByRole('button', { name: 'Show earlier ones' }).count()).toBe(0);
    await page.context().close();
  });

  test('an error says what to do, and what was shown stays', async () => {
    let isDown = false;
    const page = await open('', {}, (method, path, query) =>
      isDown && path === '/subscriptions' ? undefined : answerFor(method, path, query),
    );
    isDown = true;
    await page.getByRole('alert').getByText('Reload the page and try again.').waitFor();
    expect(await page.getByRole('link', { name: 'crm.acme.example' }).count()).toBe(1);
    isDown = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.context().close();
  });
});
