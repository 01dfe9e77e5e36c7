import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import {
  formatSecret,
  signingKeyOf,
  signCallback as signWithKeys,
} from '../../../core/deliveries/signature.ts';

const signCallback = (id: string, body: string, secrets: readonly string[], now: Date) =>
  signWithKeys(id, body, secrets.map(signingKeyOf), now);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('signCallback', () => {
  // The examples that the Standard Webhooks specification and its libraries publish.
  test.each([
    {
      id: 'msg_loFOjxBNrRLzqYUf',
      seconds: 1731705121,
      body: '{"event_type":"ping","data":{"success":true}}',
      secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
      signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    },
    {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      seconds: 1614265330,
      body: '{"test": 2432232314}',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  ])('signs $id as the specification does', ({ id, seconds, body, secret, signature }) => {
    expect(signCallback(id, body, [secret], new Date(seconds * 1000 + 999))).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature,
    });
  });

  test('a receiver with the standardwebhooks package verifies any body under any secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), bytes(32), (text, key) => {
        const body = JSON.stringify({ text });
        const secret = formatSecret(key);
        const headers = signCallback('evt_1', body, [secret], new Date());
        expect(new Webhook(secret).verify(body, headers)).toEqual({ text });
      }),
    );
  });

  test('every secret signs, newest first, and a receiver with any of them verifies', () => {
    const secrets = [formatSecret(Buffer.alloc(32, 1)), formatSecret(Buffer.alloc(32, 2))];
    const headers = signCallback('evt_1', '{}', secrets, new Date());

    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect(headers['webhook-signature']?.split(' ')[0]).toBe(
      signCallback('evt_1', '{}', secrets.slice(0, 1), new Date())['webhook-signature'],
    );
    for (const secret of secrets) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
  });

  test.each([
    ['body', { body: '{"a":2}' }],
    ['id', { 'webhook-id': 'evt_2' }],
    ['time', { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) + 60) }],
  ])('another %s than the signed one is not genuine', (_, { body, ...changed }: Record<string, string>) => {
    const secret = formatSecret(Buffer.alloc(32, 1));
    const headers = { ...signCallback('evt_1', '{"a":1}', [secret], new Date()), ...changed };

    expect(() => new Webhook(secret).verify(body ?? '{"a":1}', headers)).toThrow(
      'No matching signature found',
    );
  });
});

test('a secret is its 32 bytes in base64 behind the prefix', () => {
  expect(formatSecret(Buffer.alloc(32, 255))).toBe('whsec_//////////////////////////////////////////8=');
});
