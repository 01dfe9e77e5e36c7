import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Credential,
  formatCredential,
  hashCredentialSecret,
  isGood,
  parseAuthorization,
} from '../../../core/accounts/credential.ts';

const id = '0123456789abcdef01234567';
const secret = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE';

const now = new Date('2026-11-23T17:00:00.000Z');

function stored(overrides: Partial<Credential> = {}): Credential {
  return {
    id,
    kind: 'api-key',
    accountId: 'acc_1',
    secretHash: hashCredentialSecret(secret),
    capabilities: ['view'],
    description: '',
    createdAt: '2026-11-23T16:55:00.000Z',
    ...overrides,
  };
}

describe('parseAuthorization', () => {
  test.each([`Bearer whk_${id}_${secret}`, `bearer whk_${id}_${secret}`, `BEARER   whk_${id}_${secret}`])(
    'reads %j',
    (header) => {
      expect(parseAuthorization(header)).toEqual({ kind: 'api-key', id, secret });
    },
  );

  test('tells a session from a key', () => {
    expect(parseAuthorization(`Bearer whs_${id}_${secret}`)).toEqual({ kind: 'portal-session', id, secret });
  });

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
    const kinds = fc.constantFrom('api-key' as const, 'portal-session' as const);
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(kinds, bytes(12), bytes(32), (kind, idBytes, secretBytes) => {
        const key = {
          kind,
          id: Buffer.from(idBytes).toString('hex'),
          secret: Buffer.from(secretBytes).toString('base64url'),
        };
        expect(parseAuthorization(`Bearer ${formatCredential(kind, key.id, key.secret)}`)).toEqual(key);
      }),
    );
  });
});

describe('a credential is good', () => {
  const presented = { kind: 'api-key' as const, id, secret };

  test('by the SHA-256 of its secret', () => {
    expect(hashCredentialSecret('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(isGood(stored(), presented, now)).toBe(true);
  });

  test.each([secret.toLowerCase(), secret.slice(0, -1), '', hashCredentialSecret(secret)])(
    'and not by %j',
    (other) => {
      expect(isGood(stored(), { ...presented, secret: other }, now)).toBe(false);
    },
  );

  test('as what it is: a session is no key', () => {
    expect(isGood(stored({ kind: 'portal-session' }), presented, now)).toBe(false);
  });

  test('until it expires, and not from that moment', () => {
    const session = { ...presented, kind: 'portal-session' as const };
    const until = (expiresAt: string) => isGood(stored({ kind: session.kind, expiresAt }), session, now);

    expect([until('2026-11-23T17:00:00.001Z'), until(now.toISOString())]).toEqual([true, false]);
  });
});
