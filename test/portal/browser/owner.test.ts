import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { type ReceivedCallback, type Receiver, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { hasBrowser, inBrowser } from './browser.ts';
import { type PageWorld, startPageWorld } from './page-world.ts';

const describeHere = hasBrowser ? describe : describe.skip;

describeHere(`an owner ${inBrowser}`, () => {
  let world: PageWorld;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await startPageWorld('-c', 'retryScheduleSeconds=0,3600', '-c', 'keepDisabledSeconds=0');
  });
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());
  afterAll(() => world?.close());

  /** Subscribes the receiver; resolves once the change counts. */
  async function subscribe(
    eventTypes = ['ticket.*'],
    more: object = {},
  ): Promise<{ id: string; secret: string }> {
    const { id, secret } = await world.owner('POST', '/subscriptions', {
      url: receiver.url,
      eventTypes,
      ...more,
    });
    return { id: String(id), secret: String(secret) };
  }
  const hostOf = ({ url }: Receiver) => new URL(url).host;
  const goTo = (page: Page, place: string) => page.goto(`${new URL(page.url()).origin}/#/${place}`);
  /** Sends a test event past the page, and waits for what it comes to. */
  async function sendTest(id: string, status: string): Promise<string> {
    const delivery = await world.owner('POST', `/subscriptions/${id}/test`, {});
    await until(`a delivery that is ${status}`, async () => {
      const { status: now, attemptCount } = await world.owner('GET', `/deliveries/${String(delivery['id'])}`);
      return now === status && Number(attemptCount) > 0;
    });
    return String(delivery['id']);
  }

  test('opens the page once by a link, whose code leaves the address, and stays in it by reloading', async () => {
    const link = await world.makeLink();
    const { page } = await world.openPage();
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    expect(page.url()).not.toContain('whl_');
    await page.reload();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();

    const { page: stranger } = await world.openPage();
    await stranger.goto('about:blank');
    await stranger.goto(link);
    await stranger.getByRole('heading', { name: 'This link does not open the page any more' }).waitFor();
    expect(await stranger.getByRole('heading', { name: 'Webhooks' }).count()).toBe(0);
  });

  test('opens a new link in the tab of an earlier session, in which only the fragment of the address changes', async () => {
    const { page } = await world.openPage({ capabilities: ['view'] });
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    expect(await page.getByRole('link', { name: 'Add webhook' }).count()).toBe(0);
    await page.goto(await world.makeLink({ capabilities: ['manage'] }));
    await page.getByRole('link', { name: 'Add webhook' }).first().waitFor();
    expect(page.url()).not.toContain('whl_');
  });

  test('is told to reload the page where a newer one has taken its place', async () => {
    const { page } = await world.openPage();
    await page.route('**/assets/doctor-screen*.js', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Signature doctor' }).click();
    await page.getByText('Reload the page and try again.').waitFor();
    expect(await page.getByText('Check your network').count()).toBe(0);
  });

  test('learns what to do where a gateway fails by itself', async () => {
    const { page } = await world.openPage();
    await page.route('**/api/events*', (route) => route.fulfill({ status: 502 }));
    await page.getByRole('link', { name: 'Events' }).click();
    await page.getByText('Reload the page and try again.').waitFor();
    expect(await page.getByText('this number:').count()).toBe(0);
  });

  test('adds a webhook: learns what is wrong with the URL, gets the secret once, and sees the answer to a test', async () => {
    const { page, faults } = await world.openPage();
    receiver.respond((response) => response.writeHead(200).end('{"seen":true}'));
    await page.getByRole('link', { name: 'Add webhook' }).click();
    const url = page.getByLabel('URL');
    await url.fill('ftp://crm.example.com');
    await page.getByText('must start with https:// or http://').waitFor();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByText('must name at least one event type').waitFor();
    // What was typed is still there.
    expect(await url.inputValue()).toBe('ftp://crm.example.com');

    await url.fill(receiver.url);
    await page.getByText('This URL can be used.').waitFor();
    await page.getByLabel('Everything about tickets').check();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByRole('heading', { name: 'The webhook is ready' }).waitFor();
    const secret = await page.locator('.secret code').innerText();
    // What comes first is in sight, though the button stood at the end of a form.
    expect(await page.evaluate(() => [scrollY, document.activeElement?.id])).toEqual([0, 'content']);
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByText('200 OK').waitFor();
    await page.getByText('"seen"').waitFor();

    const [callback] = receiver.callbacks;
    expect(() => new Webhook(secret).verify(callback?.body ?? '', callback?.headers ?? {})).not.toThrow();
    await page.getByRole('link', { name: 'Go to the webhook' }).click();
    await page.getByRole('heading', { name: hostOf(receiver) }).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(faults).toEqual([]);
  });

  test('finds a failed delivery, reads why, and resends it', async () => {
    const { id } = await subscribe();
    receiver.respond((response) => response.writeHead(500).end('{"error":"database is locked"}'));
    await sendTest(id, 'waiting');
    const { page, faults } = await world.openPage();
    await goTo(page, `webhooks/${id}`);
    await page.locator('tbody .row-link').first().click();
    const panel = page.getByRole('complementary', { name: 'Delivery details' });
    await panel.getByText('Your server answered 500.').waitFor();
    await panel.getByText('500 Internal Server Error').first().waitFor();
    await panel.getByText('"database is locked"').waitFor();

    receiver.respond((response) => response.writeHead(204).end());
    await panel.getByRole('button', { name: 'Resend' }).click();
    // It is read again by itself.
    await panel.getByText('204 No Content').first().waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  test('goes from the answer to a test to its delivery, which nothing covers', async () => {
    const { id } = await subscribe();
    const { page, faults } = await world.openPage();
    await goTo(page, `webhooks/${id}`);
    await page.getByRole('button', { name: 'Send test event' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send test event' }).click();
    await dialog.getByRole('link', { name: 'Show the delivery' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .getByRole('complementary', { name: 'Delivery details' })
      .getByText('204 No Content')
      .first()
      .waitFor();
    expect(faults).toEqual([]);
  });

  test('sees a new delivery appear without doing anything', async () => {
    const { id } = await subscribe();
    const { page } = await world.openPage();
    await goTo(page, `webhooks/${id}`);
    await page.getByText('No deliveries yet').waitFor();
    await sendTest(id, 'delivered');
    await page.getByText('Answered 204').waitFor();
    expect(await page.locator('tbody .row-link').count()).toBe(1);
  });

  test('resends several at once, by the keys and boxes of the list', async () => {
    const { id } = await subscribe();
    receiver.respond((response) => response.writeHead(410).end());
    await sendTest(id, 'failed');
    await world.owner('PATCH', `/subscriptions/${id}`, { status: 'enabled' });
    receiver.respond((response) => response.writeHead(404).end());
    await sendTest(id, 'waiting');
    const { page } = await world.openPage();
    await goTo(page, `webhooks/${id}`);
    await page.locator('tbody .row-link').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('complementary', { name: 'Delivery details' }).waitFor();
    await page.keyboard.press('Escape');

    receiver.respond((response) => response.writeHead(204).end());
    for (const box of await page.getByRole('checkbox', { name: /^Select ticket/ }).all()) await box.check();
    await page.getByRole('button', { name: 'Resend 2' }).click();
    await page.getByText('2 deliveries are on their way.').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Close' }).last().click();
    await until('two delivered rows', async () => (await page.getByText('Answered 204').count()) === 2);
    expect(receiver.callbacks.length).toBeGreaterThanOrEqual(4);
  });

  test('replaces the secret, and both sign until the overlap ends', async () => {
    const { id, secret } = await subscribe();
    const { page } = await world.openPage();
    await goTo(page, `webhooks/${id}/settings`);
    await page.getByRole('button', { name: 'Replace the secret' }).click();
    await page.getByRole('radio', { name: '1 hour' }).check();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByText('The old one signs until').waitFor();
    const next = await page.locator('dialog .secret code').innerText();
    await until('a callback that both secrets sign', async () => {
      await sendTest(id, 'delivered');
      const callback = receiver.callbacks.at(-1);
      const signs = (one: string) => {
        try {
          new Webhook(one).verify(callback?.body ?? '', callback?.headers ?? {});
          return true;
        } catch {
          return false;
        }
      };
      return signs(secret) && signs(next);
    });
    expect(next).not.toBe(secret);
  });

  test('disables and deletes, and is told what happens to the deliveries that wait', async () => {
    const { id } = await subscribe();
    receiver.respond((response) => response.writeHead(503).end());
    await sendTest(id, 'waiting');
    const { page } = await world.openPage();
    await goTo(page, `webhooks/${id}/settings`);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('1 delivery waits for it.').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    expect(await world.owner('GET', `/subscriptions/${id}`)).toMatchObject({ status: 'disabled' });

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    await expect(world.owner('GET', `/subscriptions/${id}`)).rejects.toThrow('404');
  });

  test('changes a webhook, and is stopped if somebody else did so meanwhile', async () => {
    const { id } = await subscribe(['ticket.*'], { headers: { 'x-token': 'v' } });
    const { page } = await world.openPage();
    await goTo(page, `webhooks/${id}/settings`);
    await page.getByLabel('Description').fill('From the page');
    await world.owner('PATCH', `/subscriptions/${id}`, { rateLimit: { calls: 7, perSeconds: 60 } });
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Somebody else has changed it since you opened it.').waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('From the page');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await until('the change', async () => {
      const { description } = await world.owner('GET', `/subscriptions/${id}`);
      return description === 'From the page';
    });
    expect(await world.owner('GET', `/subscriptions/${id}`)).toMatchObject({
      rateLimit: { calls: 7, perSeconds: 60 },
      headers: { 'x-token': '********' },
    });
  });

  test('learns of an event at which webhook it was not delivered, and why', async () => {
    const { id } = await subscribe(['customer.*']);
    const { page } = await world.openPage();
    await page.getByRole('link', { name: 'Events' }).click();
    await page.locator('tbody .row-link', { hasText: 'ticket', hasNotText: 'Test' }).first().click();
    const panel = page.getByRole('complementary', { name: 'Event details' });
    await panel.getByText('Your server answered 2xx').first().waitFor();
    const own = panel.locator('li', { hasText: hostOf(receiver) });
    await own.getByText('The webhook was created at').waitFor();
    await own.getByRole('button', { name: 'Send to this webhook' }).click();
    await until('the event', () => receiver.callbacks.length > 0);
    expect(receiver.callbacks[0]?.headers['iomnihub-subscription-id']).toBe(id);
  });

  test('learns from the doctor what is wrong with a signature, without a request that holds the secret', async () => {
    const { id, secret } = await subscribe();
    await sendTest(id, 'delivered');
    const { page } = await world.openPage();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
    const { headers, body }: Pick<ReceivedCallback, 'headers' | 'body'> = receiver.callbacks[0] ?? {
      headers: {},
      body: '',
    };
    await page.getByRole('link', { name: 'Signature doctor' }).click();
    await page
      .getByLabel('Headers')
      .fill(
        ['webhook-id', 'webhook-timestamp', 'webhook-signature']
          .map((one) => `${one}: ${headers[one]}`)
          .join('\n'),
      );
    await page.getByLabel('Raw body').fill(JSON.stringify(JSON.parse(body), null, 2));
    await page.getByLabel('Secret', { exact: true }).fill(secret);
    await page.getByRole('button', { name: 'Examine' }).click();
    await page.getByText('The body was parsed and written as JSON again.').waitFor();
    await page.getByLabel('Raw body').fill(body);
    await page.getByRole('button', { name: 'Examine' }).click();
    await page.getByText('The signature is right.').waitFor();
    expect(sent.filter((request) => request.includes(secret))).toEqual([]);
  });

  test('runs a drill, and reads what the receiver should not have taken', async () => {
    const { id } = await subscribe();
    const { page } = await world.openPage();
    await goTo(page, `webhooks/${id}/drill`);
    await page.getByRole('button', { name: 'Start the drill' }).click();
    await page.getByText('to mend').waitFor({ timeout: 100_000 });
    await page.getByText('Anybody can send you events.').waitFor();
    expect(receiver.callbacks.length).toBeGreaterThan(10);
  });

  test('reads who has changed what of a webhook, and of a new change without a reload', async () => {
    const { id } = await subscribe();
    await world.owner('PATCH', `/subscriptions/${id}`, { description: 'CRM', metadata: { team: 'PLANTED' } });
    const { page, faults } = await world.openPage();
    await goTo(page, `webhooks/${id}/settings`);
    const card = page.getByRole('region', { name: 'Changes' });
    const entries = card.getByRole('listitem');
    await entries.filter({ hasText: 'metadata: team' }).filter({ hasText: 'API key' }).waitFor();
    await entries.filter({ hasText: 'Webhook added' }).waitFor();

    await page.getByRole('button', { name: 'Show the secret' }).click();
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await entries
      .filter({ hasText: 'status: enabled → disabled' })
      .filter({ hasText: 'You, in this session' })
      .waitFor();
    await entries.filter({ hasText: 'Signing secret looked at' }).waitFor();
    expect(await card.innerText()).not.toContain('PLANTED');
    expect(faults).toEqual([]);
  });

  test('plays with the local run: publishes an event that the demo receiver fails, and sees what follows', async () => {
    const { page, faults } = await world.openPage();
    await page.getByRole('link', { name: 'Playground' }).click();
    await page.getByRole('group', { name: 'Demo receiver' }).getByRole('button', { name: '500' }).click();
    await page.getByLabel('Data').fill('{ "ticket": ');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('must be JSON').waitFor();
    await page.getByRole('button', { name: 'Back to the example' }).click();
    await page.getByRole('button', { name: 'Publish' }).click();
    const link = page.locator('.notice a.mono');
    await link.waitFor();
    const eventId = await link.innerText();
    await page.locator('.received-row', { hasText: eventId }).getByText('500').waitFor();
    await page
      .getByRole('group', { name: 'Demo receiver' })
      .getByRole('button', { name: 'Takes it' })
      .click();
    await link.click();
    await page
      .getByRole('complementary', { name: 'Event details' })
      .getByText('Your server answered 500.')
      .waitFor();
    expect(faults).toEqual([]);
  });

  test('who may only view sees no way to change anything, and no secret', async () => {
    const { id } = await subscribe();
    const { page, faults } = await world.openPage({ capabilities: ['view'] });
    await page.getByText('View only').waitFor();
    expect(await page.getByRole('link', { name: 'Add webhook' }).count()).toBe(0);
    await goTo(page, `webhooks/${id}/settings`);
    await page.getByText('Your session may not see secrets.').waitFor();
    expect(await page.getByRole('button', { name: /Replace|Disable|Delete|Save/ }).count()).toBe(0);
    expect(await page.content()).not.toContain('/hooks/iomnihub');
    const created = page.getByRole('region', { name: 'Changes' }).getByRole('listitem');
    await created
      .filter({ hasText: 'Webhook added' })
      .filter({ hasText: /API key ·/ })
      .waitFor();
    expect(faults).toEqual([]);
  });

  test('signs out, and the token is good for nothing more', async () => {
    const { page } = await world.openPage();
    const token = await page.evaluate(() => sessionStorage.getItem('iomnihub-webhooks-session'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You have signed out' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    // The gateway remembers a good token for up to half a minute.
    await until(
      'the end of the session',
      async () => {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await page.request.get(new URL('/api/subscriptions', page.url()).href, { headers });
        return answer.status() === 401;
      },
      { everyMs: 1_000 },
    );
    await page.reload();
    await page.getByRole('heading', { name: 'Open this page from iOmniHub' }).waitFor();
    expect(await page.getByRole('link', { name: 'Events' }).count()).toBe(0);
  });

  test('reads the page in the language of the link, or in another one', async () => {
    const { page } = await world.openPage({ locale: 'es' });
    await page.getByText('iOmniHub llama a estas URL').waitFor();
    await page.getByRole('combobox', { name: 'Idioma' }).selectOption('pt-BR');
    await page.getByText('O iOmniHub chama estas URLs').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('pt-BR');
  });

  test('a receiver whose answers are scripts gets none of them run', async () => {
    const hostile =
      '<img src=x onerror="document.title=1"><script>document.title=1</script>{"a":"</code><svg onload=alert(1)>"}';
    receiver.respond((response) => response.writeHead(500, { 'content-type': 'text/html' }).end(hostile));
    const { id } = await subscribe(['*'], { description: hostile.slice(0, 200) });
    const deliveryId = await sendTest(id, 'waiting');
    const { page, faults } = await world.openPage();
    await goTo(page, `webhooks/${id}/deliveries/${deliveryId}`);
    await page.getByText('onerror="document.title=1"').first().waitFor();
    expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
    expect(await page.title()).toContain('iOmniHub Webhooks');
    // A script that was kept from running would be a report of the policy.
    expect(faults).toEqual([]);
  });
});
