import { describe, expect, test } from '@jest/globals';
import { type DeliveryRef, deliveryIdOf } from '../../../../core/deliveries/delivery.ts';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../../support/api.ts';
import { sqsRecord } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { type Receiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What an owner changes of a subscription: settings, headers, secrets. */

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, receiver, accountId } = suite);
});

async function create(overrides: Record<string, unknown> = {}) {
  const body = { url: receiver.url, eventTypes: [eventTypes[0]], ...overrides };
  const created = await api.call('POST /subscriptions', { accountId, body });
  expect(created).toMatchObject({ status: 201 });
  return created.body;
}

/** What the audit log has besides the entries of the creation, latest first. */
async function auditedAfterCreation(): Promise<string[]> {
  const { entries } = await api.auditLog.listAudit(accountId, {}, 100);
  return entries.map(({ action }) => action).filter((action) => action !== 'subscription.created');
}

function patch(id: string, body: unknown) {
  return api.call('PATCH /subscriptions/{id}', { accountId, id, body });
}

async function stored(id: string): Promise<Subscription> {
  const found = await deployment.subscriptions.findSubscription(accountId, id);
  if (!found) throw new Error('no such subscription');
  return found;
}

/** What the receiver gets of the next event. */
async function deliverTo(id: string) {
  const message = deployment.messageFor(await stored(id));
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  const callback = receiver.callbacks.at(-1);
  if (!callback) throw new Error('nothing was delivered');
  return { callback, delivery: await deployment.deliveries.findDelivery(message) };
}

describe('changing a subscription', () => {
  test('changes what is named, shows the whole, and says from when on', async () => {
    const { id, secret: _, ...created } = await create({ description: 'CRM' });
    deployment.clock.advance(1_000);

    expect(await patch(id, { eventTypes, rateLimit: { calls: 5, perSeconds: 1 } })).toMatchObject({
      status: 200,
      body: {
        ...created,
        eventTypes,
        rateLimit: { calls: 5, perSeconds: 1 },
        updatedAt: deployment.clock.now().toISOString(),
        effectiveAt: new Date(deployment.clock.now().getTime() + 5_000).toISOString(),
      },
    });
  });

  test('can switch it off and on again, whatever had switched it off', async () => {
    const { id } = await create();
    await deployment.learn(await stored(id), { receiver: {}, disable: 'gone' });

    expect((await patch(id, { description: 'x' })).body).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
    });
    const enabled = (await patch(id, { status: 'enabled' })).body;
    expect(enabled).toMatchObject({ status: 'enabled' });
    expect(enabled).not.toHaveProperty('disabledReason');
  });

  test('loses nothing to a note that a delivery writes at the same time', async () => {
    const { id } = await create();
    let isFirst = true;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'PutItem' && call.input.ConditionExpression && isFirst) {
        isFirst = false;
        deployment.wire.table.intercept((later) => later.forward());
        await deployment.learn(await stored(id), {
          receiver: { provenAt: deployment.clock.now().toISOString() },
        });
      }
      return call.forward();
    });

    expect(await patch(id, { description: 'ours' })).toMatchObject({ status: 200 });
    expect(isFirst).toBe(false);
    expect(await stored(id)).toMatchObject({
      description: 'ours',
      receiver: { provenAt: deployment.clock.now().toISOString() },
    });
  });

  test.each([
    ['a change', (id: string) => patch(id, { description: 'ours', timeoutMs: null })],
    ['a rotation', (id: string) => api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id })],
    ['a deletion', (id: string) => api.call('DELETE /subscriptions/{id}', { accountId, id })],
  ])('%s whose answer from the table is lost has happened once', async (_, change) => {
    const { id } = await create({ metadata: { crm: '7' } });
    const { version } = await stored(id);
    let isFirst = true;
    deployment.wire.table.intercept(async (call) => {
      const answer = await call.forward();
      if (!['PutItem', 'DeleteItem'].includes(call.operation) || !call.input.ConditionExpression || !isFirst)
        return answer;
      isFirst = false;
      return undefined;
    });

    expect(await change(id)).toMatchObject({ status: 200 });
    expect(isFirst).toBe(false);
    const left = await deployment.subscriptions.findSubscription(accountId, id);
    expect(left?.version ?? version + 1).toBe(version + 1);
    expect(left?.secrets.length ?? 0).toBeLessThanOrEqual(2);
  });

  test.each([
    ['a change', 'PutItem', (id: string) => patch(id, { description: 'ours' })],
    ['a deletion', 'DeleteItem', (id: string) => api.call('DELETE /subscriptions/{id}', { accountId, id })],
  ])('%s gives up with a conflict after five tries when others never stop', async (_, operation, change) => {
    const { id } = await create();
    let tries = 0;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation !== operation || !call.input.ConditionExpression) return call.forward();
      tries += 1;
      return { status: 400, body: { __type: 'ConditionalCheckFailedException', message: '' } };
    });

    expect(await change(id)).toMatchObject({
      status: 409,
      body: { type: 'urn:iomnihub:webhooks:problem:conflict' },
    });
    expect(tries).toBe(5);
  });

  test.each([
    ['a field that is not the owner’s', { provenAt: 'now' }, 'provenAt'],
    ['a URL that is none', { url: 'crm' }, 'url'],
    ['no types', { eventTypes: [] }, 'eventTypes'],
    ['a status of ours', { status: 'pending' }, 'status'],
  ])('refuses %s', async (_, body, field) => {
    const { id } = await create();

    expect(await patch(id, body)).toMatchObject({ status: 400, body: { issues: [{ field }] } });
  });
});

describe('a change of the URL', () => {
  const headers = { 'x-api-key': 'PLANTED', 'x-team': 'PLANTED' };

  test.each([
    ['scheme', (url: URL) => url.href.replace('http:', 'https:')],
    ['host', (url: URL) => url.href.replace(url.hostname, 'localhost')],
    ['port', (url: URL) => url.href.replace(url.port, '8443')],
  ])('to another %s takes no headers along, and says so', async (_, move) => {
    const { id } = await create({ headers });
    const moved = await patch(id, { url: move(new URL(receiver.url)) });

    expect(moved).toMatchObject({
      status: 200,
      body: { headers: {}, droppedHeaders: ['x-api-key', 'x-team'] },
    });
    expect(await stored(id)).not.toHaveProperty('headers');
    const back = await patch(id, { url: receiver.url });
    expect(back.body.headers).toEqual({});
    expect(back.body).not.toHaveProperty('droppedHeaders');
    expect((await deliverTo(id)).callback.headers).not.toHaveProperty('x-api-key');
  });

  test.each([
    ['all of them', { 'x-api-key': 'NEW', 'x-team': null }, { 'x-api-key': 'NEW' }],
    ['one of them', { 'x-api-key': 'NEW' }, { 'x-api-key': 'NEW' }],
    ['another one', { 'x-other': 'NEW' }, { 'x-other': 'NEW' }],
    ['none to keep', { 'x-other': null }, {}],
  ])('to another origin keeps the headers that come with it alone: %s', async (_, given, kept) => {
    const { id } = await create({ headers });
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    const moved = await patch(id, { url, headers: given });

    expect(moved.body).toMatchObject({ droppedHeaders: ['x-api-key', 'x-team'] });
    expect(moved.body.headers).toEqual(
      Object.fromEntries(Object.keys(kept).map((name) => [name, '********'])),
    );
    const { callback } = await deliverTo(id);
    const sent = Object.entries(callback.headers).filter(([name]) => /^x-(api-key|team|other)$/.test(name));
    expect(Object.fromEntries(sent)).toEqual(kept);
  });

  test('within its origin leaves them', async () => {
    const { id } = await create({ headers });
    const moved = await patch(id, { url: `${receiver.url}/other?x=1` });

    expect(moved.body).not.toHaveProperty('droppedHeaders');
    expect((await deliverTo(id)).callback.headers).toMatchObject({ 'x-api-key': 'PLANTED' });
  });
});

describe('the audit log', () => {
  test.each([
    [
      'a URL, by its origin',
      { url: 'https://new.example.com/hooks/PLANTED' },
      { fields: ['url'], to: 'https://new.example.com', droppedHeaders: ['x-key'] },
    ],
    [
      'a path, which it does not name',
      { url: 'http://127.0.0.1:9/PLANTED' },
      { fields: ['url'], from: 'http://127.0.0.1:9', to: 'http://127.0.0.1:9' },
    ],
    [
      'a status',
      { status: 'disabled' },
      { fields: ['status'], before: { status: 'enabled' }, after: { status: 'disabled' } },
    ],
    ['types', { eventTypes: ['*'] }, { fields: ['eventTypes'], after: { eventTypes: ['*'] } }],
    [
      'a limit',
      { timeoutMs: 5_000 },
      { fields: ['timeoutMs'], before: { timeoutMs: null }, after: { timeoutMs: 5_000 } },
    ],
    ['a description, without its text', { description: 'PLANTED' }, { fields: ['description'] }],
    [
      'metadata, by the names of the changed entries',
      { metadata: { team: null, tier: 'PLANTED', kept: 'PLANTED as it is' } },
      { fields: ['metadata'], metadata: ['team', 'tier'] },
    ],
    [
      'all of them',
      {
        url: 'https://x.example.com/',
        status: 'disabled',
        eventTypes: ['*'],
        description: 'x',
        timeoutMs: 2_000,
      },
      { fields: ['url', 'eventTypes', 'description', 'timeoutMs', 'status'] },
    ],
  ])('has each change of %s', async (_, change, details) => {
    const { id } = await create({
      url: 'http://127.0.0.1:9/hooks',
      headers: { 'x-key': 'PLANTED' },
      metadata: { team: 'PLANTED', kept: 'PLANTED as it is' },
    });
    deployment.clock.advance(1);
    await patch(id, change);

    const { entries } = await api.auditLog.listAudit(accountId, {}, 1);
    expect(entries).toMatchObject([
      {
        action: 'subscription.changed',
        subscriptionId: id,
        actor: { kind: 'api-key', id: 'key-1' },
        details,
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain('PLANTED');
  });

  test.each([
    ['what stays as it is', { url: 'http://127.0.0.1:9/hooks', status: 'enabled' }],
    ['what is taken away and was never there', { timeoutMs: null, metadata: { team: null } }],
  ])('has nothing of %s', async (_, change) => {
    const { id } = await create({ url: 'http://127.0.0.1:9/hooks' });
    await patch(id, change);

    expect(await auditedAfterCreation()).toEqual([]);
  });

  test('has the end of a subscription, and of an unknown one nothing', async () => {
    const { id } = await create();
    deployment.clock.advance(1);
    await api.call('DELETE /subscriptions/{id}', { accountId, id });
    await api.call('DELETE /subscriptions/{id}', { accountId, id });

    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries).toMatchObject([
      {
        action: 'subscription.deleted',
        subscriptionId: id,
        details: { origin: new URL(receiver.url).origin },
      },
      { action: 'subscription.created', subscriptionId: id, details: { status: 'enabled' } },
    ]);
  });

  test.each([
    ['a change', (id: string) => patch(id, { status: 'disabled' })],
    ['a deletion', (id: string) => api.call('DELETE /subscriptions/{id}', { accountId, id })],
  ])('that cannot be written prevents %s', async (_, change) => {
    const { id } = await create();
    deployment.wire.table.intercept(async (call) =>
      call.input.Item?.pk.S.endsWith('#U')
        ? { status: 500, body: { __type: 'InternalFailure' } }
        : call.forward(),
    );

    expect(await change(id)).toMatchObject({ status: 500 });
    expect(await stored(id)).toMatchObject({ status: 'enabled' });
  });
});

describe('metadata', () => {
  test('are kept as they were given, changed entry by entry, and taken away by null', async () => {
    const { id, metadata } = await create({ metadata: { crm: 'sales-force', 'team:id': '7' } });

    expect(metadata).toEqual({ crm: 'sales-force', 'team:id': '7' });
    const changed = await patch(id, { metadata: { crm: null, note: 'ação' } });
    expect(changed.body.metadata).toEqual({ 'team:id': '7', note: 'ação' });
    expect((await patch(id, { description: 'x' })).body.metadata).toEqual(changed.body.metadata);
  });

  test('may have the name that every object knows', async () => {
    const { id, metadata } = await create({ metadata: { constructor: 'CRM' } });

    expect(metadata).toEqual({ constructor: 'CRM' });
    expect((await patch(id, { metadata: { constructor: 'other' } })).body.metadata).toEqual({
      constructor: 'other',
    });
  });

  test.each(['metadata', 'headers'])('%s refuse the name that nothing can have', async (field) => {
    const body = `{"url":"${receiver.url}","eventTypes":["*"],"${field}":{"__proto__":"x"}}`;

    expect(await api.call('POST /subscriptions', { accountId, body })).toMatchObject({
      status: 400,
      body: { issues: [{ field: '__proto__', message: 'is no name; leave it out' }] },
    });
  });

  test.each([
    ['too many entries', Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`n${index}`, 'x']))],
    ['a name with spaces', { 'a name': 'x' }],
    ['a long value', { name: 'x'.repeat(201) }],
    ['a value that is no text', { name: 7 }],
  ])('refuse %s', async (_, metadata) => {
    const body = { url: receiver.url, eventTypes: [eventTypes[0]], metadata };
    const { status, body: answer } = await api.call('POST /subscriptions', { accountId, body });

    expect(status).toBe(400);
    expect(answer.issues[0].field).toMatch(/^metadata/);
  });

  test('refuse entries that together with those that are there would be too many', async () => {
    const { id } = await create({
      metadata: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`n${index}`, 'x'])),
    });

    expect(await patch(id, { metadata: { n20: 'x' } })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'metadata', message: 'must hold at most 20 entries' }] },
    });
    expect(await patch(id, { metadata: { n20: 'x', n0: null } })).toMatchObject({ status: 200 });
  });

  test('may all be exchanged by one change', async () => {
    const named = (prefix: string, value: string | null) =>
      Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${prefix}${index}`, value]));
    const { id } = await create({ metadata: named('old', 'x') });

    expect(await patch(id, { metadata: { ...named('old', null), ...named('new', 'x') } })).toMatchObject({
      status: 200,
      body: { metadata: named('new', 'x') },
    });
  });
});

describe('a timeout of an owner’s own', () => {
  test('is the time that its receiver has', async () => {
    const { id } = await create({ timeoutMs: 1_000 });
    receiver.respond(() => undefined);
    const { delivery } = await deliverTo(id);

    const shown = await api.call('GET /deliveries/{id}', {
      accountId,
      id: deliveryIdOf(delivery as DeliveryRef),
    });
    const [attempt] = shown.body.attempts;
    expect(attempt).toMatchObject({ outcome: 'failure', reason: 'timeout' });
    // The deployment gives 20 s to all others.
    expect(attempt.durationMs).toBeLessThan(20_000);
  });

  test('can be taken away, and may be a third longer than the stage’s', async () => {
    const { id } = await create({ timeoutMs: 20_000 });

    expect((await patch(id, { timeoutMs: 20_001 })).body.issues).toEqual([
      { field: 'timeoutMs', message: 'must be a whole number of milliseconds from 1000 to 20000' },
    ]);
    expect((await patch(id, { timeoutMs: null })).body).not.toHaveProperty('timeoutMs');
  });
});

describe('an ETag', () => {
  const ifMatch = (tag: string) => ({ overrides: { headers: { 'if-match': tag } } });

  test('lets a change pass that was made on what is there, once', async () => {
    const { id } = await create();
    const { headers } = await api.call('GET /subscriptions/{id}', { accountId, id });
    const tag = String(headers['etag']);
    deployment.clock.advance(1);
    const change = (body: object) =>
      api.call('PATCH /subscriptions/{id}', { accountId, id, body, ...ifMatch(tag) });

    const changed = await change({ description: 'mine' });
    expect(changed).toMatchObject({ status: 200, body: { description: 'mine' } });
    expect(changed.headers['etag']).not.toBe(tag);
    expect(await change({ description: 'too late' })).toMatchObject({
      status: 412,
      body: { type: 'urn:iomnihub:webhooks:problem:precondition-failed' },
    });
    expect((await stored(id)).description).toBe('mine');
  });

  test('keeps a change that is refused out of the audit log', async () => {
    const { id } = await create();
    const body = { headers: { 'x-api-key': 'new' } };
    const answer = await api.call('PATCH /subscriptions/{id}', { accountId, id, body, ...ifMatch('"old"') });

    expect(answer).toMatchObject({ status: 412 });
    expect(await auditedAfterCreation()).toEqual([]);
  });

  test.each([
    [
      'headers that are too many',
      Object.fromEntries(Array.from({ length: 11 }, (_, nth) => [`x-${nth}`, 'v'])),
    ],
    ['no headers', {}],
  ])('leaves no trace of %s', async (_, headers) => {
    const { id } = await create();
    await patch(id, { headers });

    expect(await auditedAfterCreation()).toEqual([]);
  });

  test('is the same in whatever order the table gives metadata back', async () => {
    const { id } = await create({ metadata: { b: '2', a: '1' } });
    const before = await api.call('GET /subscriptions/{id}', { accountId, id });
    const seen = await stored(id);
    const metadata = { a: '1', b: '2' };
    await deployment.subscriptions.replaceSubscription(seen, { ...seen, metadata });

    const after = await api.call('GET /subscriptions/{id}', { accountId, id });
    expect(after.headers['etag']).toBe(before.headers['etag']);
  });

  test('keeps a subscription from being deleted by somebody who has not seen it as it is', async () => {
    const { id } = await create();
    const { headers } = await api.call('GET /subscriptions/{id}', { accountId, id });
    await deployment.learn(await stored(id), { receiver: {}, disable: 'gone' });
    const remove = (tag: string) =>
      api.call('DELETE /subscriptions/{id}', { accountId, id, ...ifMatch(tag) });

    expect(await remove(String(headers['etag']))).toMatchObject({ status: 412 });
    expect(await stored(id)).toMatchObject({ disabledReason: 'gone' });
    const fresh = await api.call('GET /subscriptions/{id}', { accountId, id });
    expect(await remove(`"other", ${String(fresh.headers['etag'])}`)).toMatchObject({ status: 200 });
    expect(await remove('*')).toMatchObject({ status: 404 });
  });

  test.each([
    ['the current tag', (tag: string) => tag, 200],
    ['the current tag, marked as weak', (tag: string) => `W/${tag}`, 412],
    ['weak tags only', (tag: string) => `W/"other", W/${tag}`, 412],
    ['the current tag after a weak one', (tag: string) => `W/"other" , ${tag}`, 200],
    ['the current tag with more at its end', (tag: string) => `${tag.slice(0, -1)}x"`, 412],
    ['the current tag without its last character', (tag: string) => `${tag.slice(0, -2)}"`, 412],
    ['any', () => ' * ', 200],
  ])('of %s', async (_, tagFrom, status) => {
    const { id } = await create();
    const { headers } = await api.call('GET /subscriptions/{id}', { accountId, id });
    const body = { description: 'new' };

    expect(
      await api.call('PATCH /subscriptions/{id}', {
        accountId,
        id,
        body,
        ...ifMatch(tagFrom(String(headers['etag']))),
      }),
    ).toMatchObject({ status });
    expect((await stored(id)).description).toBe(status === 200 ? 'new' : '');
  });

  test('is not changed by what only we note of a receiver', async () => {
    const { id } = await create();
    const before = await api.call('GET /subscriptions/{id}', { accountId, id });
    const receiver = { slowSince: deployment.clock.now().toISOString() };
    await deployment.learn(await stored(id), { receiver });
    const after = await api.call('GET /subscriptions/{id}', { accountId, id });

    expect(await stored(id)).toMatchObject({ receiver });
    expect(after.headers['etag']).toBe(before.headers['etag']);
  });

  test.each(['unquoted', '"open', 'W/"x" "y"'])('that is none is told: %s', async (tag) => {
    const { id } = await create();

    expect(
      await api.call('PATCH /subscriptions/{id}', { accountId, id, body: {}, ...ifMatch(tag) }),
    ).toMatchObject({ status: 400, body: { issues: [{ field: 'If-Match' }] } });
  });
});

describe('headers of an owner’s own', () => {
  test('reach the receiver, and nobody else: they are stored sealed and shown masked', async () => {
    const { id, headers } = await create({ headers: { 'X-Api-Key': 'PLANTED-5531', 'x-tenant': 'seven' } });

    expect(headers).toEqual({ 'x-api-key': '********', 'x-tenant': '********' });
    expect((await api.call('GET /subscriptions/{id}', { accountId, id })).body.headers).toEqual(headers);
    expect(JSON.stringify(deployment.wire.table.calls)).not.toContain('PLANTED');
    const { callback } = await deliverTo(id);
    expect(callback.headers).toMatchObject({ 'x-api-key': 'PLANTED-5531', 'x-tenant': 'seven' });
  });

  test('are masked in what a receiver echoes', async () => {
    const { id } = await create({ headers: { 'x-api-key': 'PLANTED-5531' } });
    receiver.respond((response, { headers }) => void response.writeHead(500).end(JSON.stringify(headers)));

    await deliverTo(id);

    expect(JSON.stringify(deployment.wire.table.calls)).toContain('********');
    expect(JSON.stringify(deployment.wire.table.calls)).not.toContain('PLANTED');
    expect(JSON.stringify(deployment.telemetry.lines)).not.toContain('PLANTED');
  });

  test('are changed one by one, by who does not know the others', async () => {
    const { id } = await create({ headers: { 'x-one': '1111', 'x-two': '2222' } });

    expect((await patch(id, { headers: { 'X-Two': null, 'x-three': '3333' } })).body.headers).toEqual({
      'x-one': '********',
      'x-three': '********',
    });
    const { headers } = (await deliverTo(id)).callback;
    expect([headers['x-one'], headers['x-two'], headers['x-three']]).toEqual(['1111', undefined, '3333']);
  });

  test('can all be taken away', async () => {
    const { id } = await create({ headers: { 'x-one': '1111' } });
    await patch(id, { headers: { 'x-one': null } });

    expect(await stored(id)).not.toHaveProperty('headers');
  });

  test('are ten at most, also by many changes', async () => {
    const many = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${from + index}`, 'value']));
    const { id } = await create({ headers: many(0, 10) });

    expect(await patch(id, { headers: many(10, 1) })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'headers', message: 'must hold at most 10 headers' }] },
    });
    expect((await stored(id)).headers?.names).toHaveLength(10);
  });

  test('may all be exchanged by one change', async () => {
    const named = (prefix: string, value: string | null) =>
      Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`x-${prefix}-${index}`, value]));
    const { id } = await create({ headers: named('old', 'value') });

    expect(await patch(id, { headers: { ...named('old', null), ...named('new', 'value') } })).toMatchObject({
      status: 200,
    });
    expect((await stored(id)).headers?.names.toSorted()).toEqual(Object.keys(named('new', null)));
  });

  test('cannot be set to the mask by sending an answer back', async () => {
    const { id, headers } = await create({ headers: { 'x-one': '1111' } });

    expect(await patch(id, { headers })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'headers.x-one' }] },
    });
  });

  test('leave a trace when they are set or changed: who, when, which, and no value', async () => {
    const { id } = await create({ headers: { 'x-one': 'PLANTED' } });
    deployment.clock.advance(1_000);
    await patch(id, { headers: { 'x-two': 'PLANTED' } });

    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries.filter(({ action }) => action === 'headers.changed')).toMatchObject([
      { subscriptionId: id, details: { names: ['x-two'] } },
      {
        accountId,
        action: 'headers.changed',
        subscriptionId: id,
        details: { names: ['x-one'] },
        actor: { kind: 'api-key', id: 'key-1' },
        requestId: 'request-1',
        sourceIp: '203.0.113.9',
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain('PLANTED');
  });
});
