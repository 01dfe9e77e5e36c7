import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import type { TestApi } from '../../../support/api.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId } = suite);
});

/** What no UTF-8 holds. */
const badBytes: [string, number[]][] = [
  ['a byte that begins nothing', [0xff]],
  ['a byte of Latin-1', [0xe9]],
  ['a second byte without a first', [0x80]],
  ['a character of two bytes without the second', [0xc3]],
  ['a character of three bytes without the third', [0xe2, 0x82]],
  ['a slash of two bytes', [0xc0, 0xaf]],
  ['half a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a character beyond the last one', [0xf4, 0x90, 0x80, 0x80]],
];
const fourthMissing: [string, number[]] = [
  'a character of four bytes without the fourth',
  [0xf0, 0x9f, 0x98],
];

/** The bytes of a new subscription with these in its description. */
function bodyWith(bytes: readonly number[]): Buffer {
  const [start, end] = JSON.stringify({
    url: 'https://crm.example.com/hooks',
    eventTypes: [eventTypes[0]],
    description: 'a|z',
  }).split('|');
  return Buffer.concat([Buffer.from(start ?? ''), Buffer.from(bytes), Buffer.from(end ?? '')]);
}

const headersOf = (body: Buffer) => ({ 'content-length': String(body.length) });
const asBase64 = (body: Buffer) => ({
  body: body.toString('base64'),
  overrides: { isBase64Encoded: true },
});
const asText = (body: Buffer) => ({ body: body.toString() });

function refusalOf(field: string) {
  return {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      type: 'urn:iomnihub:webhooks:problem:invalid-request',
      issues: [{ field, message: 'must be UTF-8' }],
    },
  };
}

async function subscriptionsStored() {
  return deployment.subscriptions.listSubscriptions(accountId);
}

describe('a body that is not UTF-8 is refused', () => {
  test.each([...badBytes, fourthMissing])('in base64: %s', async (_, bytes) => {
    const request = { accountId, ...asBase64(bodyWith(bytes)) };

    expect(await api.call('POST /subscriptions', request)).toMatchObject(refusalOf('body'));
    expect(await subscriptionsStored()).toEqual([]);
  });

  test.each(badBytes)('as a text that API Gateway has decoded: %s', async (_, bytes) => {
    const body = bodyWith(bytes);
    const request = { accountId, ...asText(body), headers: headersOf(body) };

    expect(await api.call('POST /subscriptions', request)).toMatchObject(refusalOf('body'));
    expect(await subscriptionsStored()).toEqual([]);
  });

  test('as a text whose length nothing tells', async () => {
    const request = { accountId, ...asText(bodyWith([0xff])) };

    expect(await api.call('POST /subscriptions', request)).toMatchObject(refusalOf('body'));
  });

  test('on a route that reads no body', async () => {
    const request = { accountId, id: 'sub_1', ...asBase64(Buffer.from([0xff])) };

    expect(await api.call('POST /subscriptions/{id}/verify', request)).toMatchObject(refusalOf('body'));
  });
});

/** The first and the last character of two, three and four bytes, and one in between, each without its last bytes. */
const cutOff = ['\u0080', 'é', '\u07FF', '\u0800', '€', '\uFFFF', '\u{10000}', '😀', '\u{10FFFF}'].flatMap(
  (character) => {
    const bytes = [...Buffer.from(character)];
    return bytes.slice(1).map((_, index) => ({
      bytes: bytes.slice(0, index + 1),
      shown: `U+${character.codePointAt(0)?.toString(16)}, ${index + 1} of ${bytes.length} bytes`,
      isLastOfFourMissing: bytes.length === 4 && index === 2,
    }));
  },
);

describe('a character that is cut off is refused', () => {
  test.each(cutOff)('within a text, in base64: $shown', async ({ bytes }) => {
    const request = { accountId, ...asBase64(bodyWith(bytes)) };

    expect(await api.call('POST /subscriptions', request)).toMatchObject(refusalOf('body'));
    expect(await subscriptionsStored()).toEqual([]);
  });

  // One of four bytes that lacks the last is as long as U+FFFD, which is a character like others.
  test.each(cutOff.filter(({ isLastOfFourMissing }) => !isLastOfFourMissing))(
    'within a text that API Gateway has decoded: $shown',
    async ({ bytes }) => {
      const body = bodyWith(bytes);
      const request = { accountId, ...asText(body), headers: headersOf(body) };

      expect(await api.call('POST /subscriptions', request)).toMatchObject(refusalOf('body'));
      expect(await subscriptionsStored()).toEqual([]);
    },
  );

  test.each(cutOff)('at the end of the body, however it comes: $shown', async ({ bytes }) => {
    const whole = bodyWith([]);
    for (const beginning of [Buffer.alloc(0), whole.subarray(0, -2), whole]) {
      const body = Buffer.concat([beginning, Buffer.from(bytes)]);
      for (const encoded of [asBase64(body), asText(body)]) {
        const request = { accountId, headers: headersOf(body), ...encoded };
        expect(await api.call('POST /subscriptions', request)).toMatchObject({ status: 400 });
      }
    }
    expect(await subscriptionsStored()).toEqual([]);
  });
});

describe('a body in UTF-8 is taken, and stored as it was sent:', () => {
  test.each(['é', '你好', '😀', '\u202E', '\uFFFD', '\uFFFE\uFFFF', '\u{10FFFF}'])(
    '%j',
    async (character) => {
      const body = bodyWith([...Buffer.from(character)]);

      for (const encoded of [asBase64(body), asText(body)]) {
        const request = { accountId, headers: headersOf(body), ...encoded };
        expect(await api.call('POST /subscriptions', request)).toMatchObject({
          status: 201,
          body: { description: `a${character}z` },
        });
      }
      expect((await subscriptionsStored()).map(({ description }) => description)).toEqual([
        `a${character}z`,
        `a${character}z`,
      ]);
    },
  );

  test('without its length, if no byte can be lost', async () => {
    const request = { accountId, ...asText(bodyWith([...Buffer.from('😀\\ufffd')])) };

    expect(await api.call('POST /subscriptions', request)).toMatchObject({
      status: 201,
      body: { description: 'a😀\uFFFDz' },
    });
  });
});

describe('half of a surrogate pair, which JSON can write and no table can keep, is refused', () => {
  const escaped = (text: string) => asText(bodyWith([...Buffer.from(text)]));

  test.each(['\\ud83d', '\\uDE00', '\\ude00\\ud83d', '😀\\ud83d', '\\uD83D\\u0041'])(
    'in a text: %s',
    async (text) => {
      expect(await api.call('POST /subscriptions', { accountId, ...escaped(text) })).toMatchObject({
        status: 400,
        body: { issues: [{ field: 'description', message: 'must hold no half of a surrogate pair' }] },
      });
      expect(await subscriptionsStored()).toEqual([]);
    },
  );

  test('while both halves, escaped, are a character', async () => {
    expect(await api.call('POST /subscriptions', { accountId, ...escaped('\\ud83d\\ude00') })).toMatchObject({
      status: 201,
      body: { description: 'a😀z' },
    });
  });

  test('in the name of a field, and the answer does not hold it either', async () => {
    const body = '{"\\ud83d":1}';

    const answer = await api.call('POST /subscriptions', { accountId, body });

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toMatch(/\\ud[89a-f]/i);
    expect(JSON.stringify(answer.body)).toContain('"field":"\uFFFD"');
  });
});

describe('an address that is not UTF-8 is refused', () => {
  test.each(['%FF', '%C3', '%ed%a0%80', 'a%E2%82b', '%C0%AF', '%', '%zz'])(
    'in its query: %s',
    async (text) => {
      const request = { accountId, query: { type: 'x' }, overrides: { rawQueryString: `type=${text}` } };

      expect(await api.call('GET /events', request)).toMatchObject(refusalOf('query'));
    },
  );

  test.each(['%FF', 'sub_%C3', '%F0%9F%98'])('in its path: %s', async (text) => {
    const request = { accountId, id: text, overrides: { rawPath: `/subscriptions/${text}` } };

    expect(await api.call('GET /subscriptions/{id}', request)).toMatchObject(refusalOf('path'));
  });

  test('and one that is has its answer', async () => {
    const rawQueryString = 'cursor=%C3%A9+%F0%9F%98%80';
    const request = {
      accountId,
      query: { cursor: 'é 😀' },
      overrides: { rawPath: '/events', rawQueryString },
    };

    expect(await api.call('GET /events', request)).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'cursor' }] },
    });
  });
});

test('a key that one body holds is given to no other body, even if both decode to the same text', async () => {
  const headers = { 'idempotency-key': 'f7c9a1b2' };
  const replacement = { accountId, headers, ...asBase64(bodyWith([...Buffer.from('\uFFFD')])) };
  const bad = { accountId, headers, ...asBase64(bodyWith([0xff])) };

  expect((await api.call('POST /subscriptions', bad)).status).toBe(400);
  const first = await api.call('POST /subscriptions', replacement);
  expect(first.status).toBe(201);
  expect((await api.call('POST /subscriptions', bad)).status).toBe(400);
  expect(await api.call('POST /subscriptions', replacement)).toMatchObject({
    headers: { 'idempotency-replayed': 'true' },
    body: { id: first.body.id },
  });
});
