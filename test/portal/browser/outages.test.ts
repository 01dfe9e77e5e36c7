import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { hasBrowser, inBrowser } from './browser.ts';
import { type PageWorld, startPageWorld } from './page-world.ts';

const describeHere = hasBrowser ? describe : describe.skip;
const [type] = eventTypes;

/** So long a breaker does not let a probe through by itself while a test looks. */
const settings = [
  'retryScheduleSeconds=0,3600',
  'breakerFailures=2',
  'breakerMinSeconds=3600',
  'breakerMaxSeconds=3600',
  'drainStepSeconds=1',
];

describeHere(`an owner whose receiver takes no calls for a while ${inBrowser}`, () => {
  let world: PageWorld;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await startPageWorld('--sweep-seconds=1', ...settings.flatMap((one) => ['-c', one]));
  });
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());
  afterAll(() => world?.close());

  const hostOf = ({ url }: Receiver) => new URL(url).host;
  const goTo = (page: Page, place: string) => page.goto(`${new URL(page.url()).origin}/#/${place}`);
  const answer = (status: number) =>
    receiver.respond((response) => {
      response.writeHead(status).end();
    });
  const read = (id: string) => world.owner('GET', `/subscriptions/${id}`);
  const arrived = () => receiver.callbacks.map(({ headers }) => String(headers['webhook-id']));

  async function subscribe(): Promise<string> {
    const { id } = await world.owner('POST', '/subscriptions', { url: receiver.url, eventTypes: [type] });
    return String(id);
  }
  /** Deletes it: what is published for other tests shall not reach it. */
  const remove = (id: string) => world.owner('DELETE', `/subscriptions/${id}`);

  test('pauses a webhook, sees what is kept, and gets it by resuming', async () => {
    const id = await subscribe();
    const { page, faults } = await world.openPage();
    await goTo(page, `webhooks/${id}`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing is lost').waitFor();
    await dialog.getByRole('radio', { name: '4 hours' }).check();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    const notice = page.locator('.notice').filter({ hasText: 'Paused until' });
    await notice.getByText('in 4 hours').waitFor();
    const { paused } = await read(id);
    const { since } = paused as { since: string };
    // Functions may use what they know for half a second.
    await until('the pause counts', () => Date.now() > Date.parse(since) + 2_000);

    const eventId = await world.publish(type);
    await notice.getByText('1 delivery is kept.').waitFor();
    await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'Kept' }).click();
    await page.locator('tbody .row-link').first().click();
    const panel = page.getByRole('complementary', { name: 'Delivery details' });
    await panel.getByText('the webhook is paused until').waitFor();
    expect(arrived()).toEqual([]);

    await notice.getByRole('button', { name: 'Resume now' }).click();
    await panel.getByText('204 No Content').first().waitFor();
    expect(arrived()).toEqual([eventId]);
    expect(faults).toEqual([]);
    await remove(id);
  });

  test('sees when a failing receiver is called next, repairs it, has it tried, and gets what was kept', async () => {
    const id = await subscribe();
    answer(503);
    await until(
      'the breaker',
      async () => {
        await world.publish(type);
        return (await read(id))['breaker'] !== undefined;
      },
      { everyMs: 700 },
    );
    const kept = await world.publish(type);
    const { page, faults } = await world.openPage();
    await page
      .getByRole('row', { name: hostOf(receiver) })
      .getByText('Next call')
      .waitFor();
    await goTo(page, `webhooks/${id}`);
    const notice = page.locator('.notice.bad');
    await notice.getByText('your server answered 503').waitFor();
    await notice.getByText(/in (1 hour|\d+ minutes)/).waitFor();
    await notice.getByText(/deliver(y is|ies are) kept/).waitFor();

    answer(204);
    await notice.getByRole('button', { name: 'Try now' }).click();
    await notice.waitFor({ state: 'detached' });
    await until('what was kept', async () => {
      const { items } = await world.owner(
        'GET',
        `/subscriptions/${id}/deliveries?status=delivered&limit=100`,
      );
      return (items as { eventId: string }[]).some(({ eventId }) => eventId === kept);
    });
    expect(faults).toEqual([]);
    await remove(id);
  });

  test('enables a webhook after a 410, gets what was kept, and was told', async () => {
    const id = await subscribe();
    answer(410);
    const ids = [await world.publish(type)];
    await until('the 410', async () => (await read(id))['disabledReason'] === 'gone');
    ids.push(await world.publish(type));
    await until('two kept ones', async () => {
      const { parked } = await read(id);
      return (parked as { count: number }).count === 2;
    });
    const { page, faults } = await world.openPage();
    await page.getByRole('link', { name: /^Notices, \d+ new$/ }).click();
    const told = page.getByRole('listitem').filter({ hasText: hostOf(receiver) });
    await told.getByText('your server answered 410').waitFor();

    await goTo(page, `webhooks/${id}`);
    answer(204);
    await page.locator('.notice.bad').getByRole('button', { name: 'Enable' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 deliveries are kept.').waitFor();
    expect(await dialog.getByRole('radio', { name: 'Send it, the oldest first' }).isChecked()).toBe(true);
    await dialog.getByRole('button', { name: 'Enable' }).click();
    await dialog.waitFor({ state: 'detached' });
    await until('both', () => ids.every((one) => arrived().slice(1).includes(one)));
    expect(faults).toEqual([]);
    await remove(id);
  });
});
