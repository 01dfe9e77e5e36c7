import { describe, expect, test } from '@jest/globals';
import {
  fingerprintRequest,
  hashIdempotencyKey,
  idempotencyKeySchema,
  type RepeatableRequest,
} from '../../core/idempotency.ts';

describe('an Idempotency-Key', () => {
  test.each(['k', '!', '~', 'x'.repeat(255), '8e03978e-40d5-43e8-bc93-6894a57f9324', '"quoted",list'])(
    'may be %j',
    (key) => {
      expect(idempotencyKeySchema.safeParse(key)).toMatchObject({ success: true, data: key });
    },
  );

  test.each(['', ' ', 'a b', 'a\tb', 'a\n', '\u0000', '\u007f', 'ação', '🚚', 'x'.repeat(256)])(
    'may not be %j',
    (key) => {
      expect(idempotencyKeySchema.safeParse(key)).toMatchObject({ success: false });
    },
  );

  test('is stored as its SHA-256', () => {
    expect(hashIdempotencyKey('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('the fingerprint of a request', () => {
  const request: RepeatableRequest = {
    caller: 'key-1',
    routeKey: 'POST /subscriptions/{id}/verify',
    pathParameters: { id: 'sub_1', part: 'x' },
    query: { a: '1', b: '2' },
    body: '{"url":"ação"}',
  };

  test('outlives a deployment', () => {
    expect(fingerprintRequest(request)).toBe(
      '30137d713df6967564cfdde6d2ea7870728c0ab72edcf7c8e616072019f4c570',
    );
  });

  test('is the same in whatever order the parameters come', () => {
    const reordered = { ...request, pathParameters: { part: 'x', id: 'sub_1' }, query: { b: '2', a: '1' } };

    expect(fingerprintRequest(reordered)).toBe(fingerprintRequest(request));
  });

  test.each<[string, Partial<RepeatableRequest>]>([
    ['caller', { caller: 'key-2' }],
    ['route', { routeKey: 'POST /subscriptions' }],
    ['path parameter', { pathParameters: { id: 'sub_2', part: 'x' } }],
    ['value in the query', { query: { a: '2', b: '2' } }],
    ['name in the query', { query: { a: '1', c: '2' } }],
    ['body', { body: '{"url": "ação"}' }],
    ['absence of a body', { body: undefined }],
  ])('is another one for another %s', (_, change) => {
    expect(fingerprintRequest({ ...request, ...change })).not.toBe(fingerprintRequest(request));
  });

  test.each<[Partial<RepeatableRequest>, Partial<RepeatableRequest>]>([
    [{ pathParameters: { a: '1' } }, { query: { a: '1' } }],
    [{ query: { a: '1' } }, { body: 'a,1' }],
    [{ query: { a: '1,b,2' } }, { query: { a: '1', b: '2' } }],
    [{ query: { a: '1"],["b","2' } }, { query: { a: '1', b: '2' } }],
    [
      { routeKey: 'POST /a', body: 'b' },
      { routeKey: 'POST /ab', body: '' },
    ],
  ])('is not the same for %j and %j', (one, other) => {
    const empty = { caller: '', routeKey: '', pathParameters: {}, query: {}, body: '' };

    expect(fingerprintRequest({ ...empty, ...one })).not.toBe(fingerprintRequest({ ...empty, ...other }));
  });
});
