import { beforeEach, describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import type { Deployment } from '../../support/deployment.ts';
import { prepareDeployment } from '../../support/suite.ts';

/** How many random bytes a name or a secret is made of. With fewer it could be guessed or would meet another one. */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
let id: string;
let asked: number[];
prepareDeployment((suite) => {
  ({ deployment, accountId } = suite);
});
beforeEach(async () => {
  asked = [];
  let lastByte = 0;
  api = createTestApi(deployment, {
    randomBytes(size) {
      asked.push(size);
      lastByte += 1;
      return Buffer.alloc(size, lastByte);
    },
  });
  const { subscription } = await deployment.subscribe({ accountId });
  ({ id } = subscription);
});

const nameBytes = 12;
const secretBytes = 32;
const hex = (byte: number, size = nameBytes) => Buffer.alloc(size, byte).toString('hex');

const secretOf = (byte: number) => Buffer.alloc(32, byte).toString('base64url');

describe('are made of random bytes:', () => {
  test('the name and the secret of a subscription', async () => {
    const body = { url: 'https://crm.example.com/', eventTypes: [eventTypes[0]] };
    const created = await api.call('POST /subscriptions', { accountId, body });

    expect(created.body).toMatchObject({
      id: `sub_${hex(1)}`,
      secret: `whsec_${Buffer.alloc(secretBytes, 2).toString('base64')}`,
    });
    expect(asked).toEqual([nameBytes, secretBytes]);
  });

  test('a new secret', async () => {
    const rotated = await api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id });

    expect(rotated.body.secret).toBe(`whsec_${Buffer.alloc(secretBytes, 1).toString('base64')}`);
    expect(asked).toEqual([secretBytes]);
  });

  test('the name of a test event', async () => {
    const tested = await api.call('POST /subscriptions/{id}/test', { accountId, id });

    expect(tested.body.eventId).toBe(`evt_test_${hex(1)}`);
    expect(asked).toEqual([nameBytes]);
  });

  test('the name of a question', async () => {
    await api.call('POST /subscriptions/{id}/verify', { accountId, id });

    expect(deployment.messagesIn('retries').map(({ eventId }) => eventId)).toEqual([`vrf_${hex(1)}`]);
    expect(asked).toEqual([nameBytes]);
  });

  test('the name and the secret of an API key', async () => {
    const issued = await api.callSigned('POST /accounts/{accountId}/api-keys', { accountId });

    expect(issued.body.key).toBe(`whk_${hex(1)}_${secretOf(2)}`);
    expect(asked).toEqual([nameBytes, secretBytes]);
  });

  test('the name and the secrets of a session: of its link, and of its token before and after', async () => {
    const issued = await api.callSigned('POST /accounts/{accountId}/portal-sessions', { accountId });
    const code = `whl_${hex(2)}_${secretOf(1)}`;
    const opened = await api.call('POST /portal-session', { body: { code } });

    expect(issued.body.url).toContain(`#link=${code}`);
    expect(issued.body.token).toBe(`whs_${hex(2)}_${secretOf(3)}`);
    expect(opened.body.token).toBe(`whs_${hex(2)}_${secretOf(4)}`);
    expect(asked).toEqual([secretBytes, nameBytes, secretBytes, secretBytes]);
  });

  test('the claim of an Idempotency-Key, before anything else', async () => {
    const headers = { 'idempotency-key': 'k' };
    await api.call('POST /subscriptions/{id}/test', { accountId, id, headers });

    expect(asked).toEqual([16, nameBytes]);
    const claims = deployment.wire.table.calls.flatMap(({ input }) => input.Item?.claimId?.S ?? []);
    expect(claims).toEqual([hex(1, 16)]);
  });
});
