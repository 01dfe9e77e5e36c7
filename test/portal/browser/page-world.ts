import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { EventType } from '../../../core/events/event-catalog.ts';
import { connectApi } from '../../../local/api-client.ts';
import { operatorCredentials } from '../../../local/sigv4.ts';
import { uniqueId } from '../../support/builders.ts';
import { exampleData } from '../../support/journey-data.ts';
import { type LocalRun, startLocalRun } from '../../support/local-run.ts';
import { launchBrowser } from './browser.ts';

/** A busy machine may take long. */
const patienceMs = 100_000;

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface PageWorld {
  /** The account's own API key. */
  readonly owner: ReturnType<typeof connectApi>;
  /** Publishes an event of the account as the helpdesk does. Returns its id. */
  publish(type: EventType): Promise<string>;
  /** Opens the page in a browser profile of its own by a new link; `faults` are what its console and its policy report. */
  openPage(session?: object, options?: BrowserContextOptions): Promise<OpenedPage>;
  /** A link that was not opened yet. */
  makeLink(session?: object): Promise<string>;
  close(): Promise<void>;
}

export interface OpenedPage {
  readonly page: Page;
  readonly faults: string[];
}

/** The local run with the page as its sources are now, and a browser. */
export async function startPageWorld(...args: string[]): Promise<PageWorld> {
  const vite = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url));
  execFileSync(process.execPath, [vite, 'build', 'portal', '--logLevel', 'warn'], { cwd: root });
  const run: LocalRun = await startLocalRun('--portal-port=0', ...args);
  await run.printed('Ctrl-C stops everything');
  const { apiUrl, eventBusName, Local } = await run.outputs();
  const backend = connectApi(apiUrl, operatorCredentials);
  const eventBridge = new EventBridgeClient({
    endpoint: Local.EventsEndpoint,
    region: 'us-east-1',
    credentials: operatorCredentials,
  });
  const browser: Browser = await launchBrowser();
  const makeLink = async (session: object = {}) =>
    String((await backend('POST', '/accounts/acc_demo/portal-sessions', session))['url']);
  return {
    owner: connectApi(apiUrl, { apiKey: Local.ApiKey }),
    makeLink,
    async publish(type) {
      const id = uniqueId('evt_page');
      const detail = {
        id,
        accountId: 'acc_demo',
        occurredAt: new Date().toISOString(),
        data: exampleData(type),
      };
      const entry = {
        EventBusName: eventBusName,
        Source: 'iomnihub.helpdesk',
        DetailType: type,
        Detail: JSON.stringify(detail),
      };
      await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
      return id;
    },
    async openPage(session, options = {}) {
      const context = await browser.newContext({
        locale: 'en',
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('console', (message) => {
        // An answer that is not 2xx is one of the API's, and no fault.
        const isFault = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
        if (isFault) faults.push(message.text());
      });
      await page.goto(await makeLink(session));
      await page.getByRole('heading', { level: 1 }).waitFor();
      return { page, faults };
    },
    async close() {
      await browser.close();
      eventBridge.destroy();
      await run.stop();
    },
  };
}
