import { describe, expect, test } from '@jest/globals';
import {
  fingerprintRequest,
  hashIdempotencyKey,
  idempotencyKeySchema,
  type RepeatableRequest,
} from '../../../core/accounts/idempotency.ts';

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

  test('is stored as a SHA-256 that outlives a deployment, another one for each caller', () => {
    expect(hashIdempotencyKey('abc', 'key-1')).toBe(
      '3fa07440aa85950db0eab3168d19fdc587304cb8a2b0a2a2d62061e370a443e7',
    );
    expect(hashIdempotencyKey('abc', 'key-2')).not.toBe(hashIdempotencyKey('abc', 'key-1'));
  });
});

describe('the fingerprint of a request', () => {
  const request: RepeatableRequest = {
    routeKey: 'POST /subscriptions/{id}/verify',
    pathParameters: { id: 'sub_1', part: 'x' },
    query: { a: '1', b: '2' },
    body: '{"url":"ação"}',
  };

  test('outlives a deployment', () => {
    expect(fingerprintRequest(request)).toBe(
      'df71069e170ae096d921920082666d071edc05325e275892485070ae01b5dae4',
    );
  });

  test('is the same in whatever order the parameters come', () => {
    const reordered = { ...request, pathParameters: { part: 'x', id: 'sub_1' }, query: { b: '2', a: '1' } };

    expect(fingerprintRequest(reordered)).toBe(fingerprintRequest(request));
  });

  test.each<[string, Partial<RepeatableRequest>]>([
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
    const empty = { routeKey: '', pathParameters: {}, query: {}, body: '' };

    expect(fingerprintRequest({ ...empty, ...one })).not.toBe(fingerprintRequest({ ...empty, ...other }));
  });
});
