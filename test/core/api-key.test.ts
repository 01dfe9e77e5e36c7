import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { apiKeyMatches, formatApiKey, hashApiKeySecret, parseAuthorization } from '../../core/api-key.ts';

const id = '0123456789abcdef01234567';
const secret = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE';

function keyRecord(of: string) {
  return {
    id,
    accountId: 'acc_1',
    secretHash: hashApiKeySecret(of),
    role: 'read' as const,
    description: '',
    createdAt: '2026-11-23T16:55:00.000Z',
  };
}

describe('parseAuthorization', () => {
  test.each([`Bearer whk_${id}_${secret}`, `bearer whk_${id}_${secret}`, `BEARER   whk_${id}_${secret}`])(
    'reads %j',
    (header) => {
      expect(parseAuthorization(header)).toEqual({ id, secret });
    },
  );

  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['a key without a scheme', `whk_${id}_${secret}`],
    ['another scheme', `Basic whk_${id}_${secret}`],
    ['another prefix', `Bearer whsec_${id}_${secret}`],
    ['an upper-case id', `Bearer whk_${id.toUpperCase()}_${secret}`],
    ['a short id', `Bearer whk_${id.slice(1)}_${secret}`],
    ['a short secret', `Bearer whk_${id}_${secret.slice(1)}`],
    ['a long secret', `Bearer whk_${id}_${secret}A`],
    ['a secret outside base64url', `Bearer whk_${id}_${secret.slice(1)}+`],
    ['something after the key', `Bearer whk_${id}_${secret} x`],
    ['a second line', `Bearer whk_${id}_${secret}\nx`],
    ['no key', 'Bearer '],
  ])('takes %s for no key', (_, header) => {
    expect(parseAuthorization(header)).toBeUndefined();
  });

  test('never throws, whatever is in the header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseAuthorization(`Bearer ${text}`)).toBeUndefined();
      }),
    );
  });

  test('reads back every key that is formatted', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(12), bytes(32), (idBytes, secretBytes) => {
        const key = {
          id: Buffer.from(idBytes).toString('hex'),
          secret: Buffer.from(secretBytes).toString('base64url'),
        };
        expect(parseAuthorization(`Bearer ${formatApiKey(key.id, key.secret)}`)).toEqual(key);
      }),
    );
  });
});

describe('apiKeyMatches', () => {
  test('the stored hash is the SHA-256 of the secret', () => {
    expect(hashApiKeySecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('accepts the secret that was hashed', () => {
    expect(apiKeyMatches(keyRecord(secret), secret)).toBe(true);
  });

  test.each([secret.toLowerCase(), secret.slice(0, -1), '', hashApiKeySecret(secret)])(
    'refuses %j for another one',
    (other) => {
      expect(apiKeyMatches(keyRecord(secret), other)).toBe(false);
    },
  );
});
