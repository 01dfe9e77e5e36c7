import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificateFaults } from '../../../core/receivers/certificate-faults.ts';
import {
  failureReasons,
  isUncalled,
  outcomeOfStatus,
  parseRetryAfter,
  reasonOfErrorCode,
} from '../../../core/receivers/delivery-outcome.ts';

const now = new Date('2026-11-23T16:55:00.000Z');

describe('outcomeOfStatus', () => {
  test('200 to 299 and nothing else is success', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 999 }), (status) => {
        expect(outcomeOfStatus(status, 5).kind).toBe(status >= 200 && status <= 299 ? 'success' : 'failure');
      }),
      { numRuns: 900 },
    );
  });

  test.each([
    [199, 'status'],
    [300, 'status'],
    [301, 'status'],
    [404, 'status'],
    [410, 'gone'],
    [500, 'status'],
    [999, 'status'],
  ])('%i fails with the reason %s', (status, reason) => {
    expect(outcomeOfStatus(status, 5)).toEqual({ kind: 'failure', reason, status, durationMs: 5 });
  });

  test.each([429, 503])('%i keeps Retry-After', (status) => {
    expect(outcomeOfStatus(status, 5, 30)).toMatchObject({ retryAfterSeconds: 30 });
  });

  test.each([204, 301, 404, 410, 500, 502])('%i ignores Retry-After', (status) => {
    expect(outcomeOfStatus(status, 5, 30)).not.toHaveProperty('retryAfterSeconds');
  });
});

describe('reasonOfErrorCode', () => {
  test.each([
    ['CALLBACK_ADDRESS_FORBIDDEN', 'address-forbidden'],
    ['CALLBACK_NAME_UNRESOLVED', 'dns'],
    ['CALLBACK_HANDSHAKE_TIMEOUT', 'timeout'],
    ['ENOTFOUND', 'dns'],
    ['ENODATA', 'dns'],
    ['ESERVFAIL', 'dns'],
    ['ETIMEOUT', 'dns'],
    ['ECONNREFUSED', 'connection-refused'],
    ['EHOSTUNREACH', 'connection-refused'],
    ['ENETUNREACH', 'connection-refused'],
    ['ECONNRESET', 'connection-lost'],
    ['EPIPE', 'connection-lost'],
    ['UND_ERR_SOCKET', 'connection-lost'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_ABORTED', 'timeout'],
    ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'protocol'],
    ['ERR_ASSERTION', 'protocol'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['HPE_HEADER_OVERFLOW', 'protocol'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['EPROTO', 'tls'],
    ['ERR_OSSL_EVP_UNSUPPORTED', 'tls'],
    ['EPROTONOSUPPORT', 'connection-lost'],
    ['SOMETHING_NEW', 'connection-lost'],
  ])('%s is %s', (code, reason) => {
    expect(reasonOfErrorCode(code)).toBe(reason);
  });
});

test.each(failureReasons)(
  'of a call that failed by %s, it is known whether anything was called',
  (reason) => {
    const isBefore = reason === 'address-forbidden' || reason === 'invalid-url';

    expect(isUncalled({ kind: 'failure', reason, durationMs: 5 })).toBe(isBefore);
    expect(isUncalled({ kind: 'success', status: 200, durationMs: 5 })).toBe(false);
  },
);

describe('what is wrong with a certificate', () => {
  // The table of https://nodejs.org/api/tls.html#x509-certificate-error-codes, and what Node says to anything else.
  test.each([
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_CRL',
    'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
    'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
    'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
    'CERT_SIGNATURE_FAILURE',
    'CRL_SIGNATURE_FAILURE',
    'CERT_NOT_YET_VALID',
    'CERT_HAS_EXPIRED',
    'CRL_NOT_YET_VALID',
    'CRL_HAS_EXPIRED',
    'ERROR_IN_CERT_NOT_BEFORE_FIELD',
    'ERROR_IN_CERT_NOT_AFTER_FIELD',
    'ERROR_IN_CRL_LAST_UPDATE_FIELD',
    'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_CHAIN_TOO_LONG',
    'CERT_REVOKED',
    'INVALID_CA',
    'PATH_LENGTH_EXCEEDED',
    'INVALID_PURPOSE',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
    'HOSTNAME_MISMATCH',
    'UNSPECIFIED',
  ])('is a fault of tls: %s', (code) => {
    expect(reasonOfErrorCode(code)).toBe('tls');
  });

  test('is told apart from anything else by 90 names of OpenSSL and no pattern', () => {
    expect(certificateFaults.size).toBeGreaterThan(90);
    expect([...certificateFaults].filter((code) => !/^[A-Z][A-Z0-9_]+$/.test(code))).toEqual([]);
    expect(certificateFaults).not.toContain('OUT_OF_MEM');
  });
});

test.each([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'OUT_OF_MEM',
  'EAI_AGAIN',
  'EAI_MEMORY',
  'ECANCELLED',
  'EDESTRUCTION',
  'EFILE',
  'ENOTINITIALIZED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
])('%s is a fault of ours, and no reason that counts against a receiver', (code) => {
  expect(reasonOfErrorCode(code)).toBeUndefined();
});

describe('parseRetryAfter', () => {
  test.each([
    ['120', 120],
    ['0', 0],
    [' 7 ', 7],
    ['9999999999', 9_999_999_999],
    ['Mon, 23 Nov 2026 16:55:30 GMT', 30],
    ['Monday, 23-Nov-26 16:56:00 GMT', 60],
    ['Wed, 23 Nov 2099 16:55:00 GMT', 2_303_683_200],
    ['Mon Nov 23 16:55:30 2026', 30],
    ['Tue Dec  1 16:55:00 2026', 691_200],
    ['Tue Dec 1 16:55:00 2026', 691_200],
    ['Tue Dec 01 16:55:00 2026', 691_200],
    ['Tue, 1 Dec 2026 16:55:00 GMT', 691_200],
    ['Tuesday, 01-Dec-26 16:55:00 GMT', 691_200],
    ['00120', 120],
    ['Sunday, 29-Nov-26 16:55:00 GMT', 518_400],
    ['Wednesday, 23-Nov-49 16:55:00 GMT', 725_846_400],
    ['Wednesday, 23-Nov-50 16:55:00 GMT', 757_382_400],
    ['Saturday, 23-Nov-75 16:55:00 GMT', 1_546_300_800],
    ['Monday, 23-Nov-76 16:55:00 GMT', 1_577_923_200],
  ])('%j is %i seconds', (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });

  test.each([
    undefined,
    '',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '99999999999',
    '5 seconds',
    '2026-11-23T17:00:00Z',
    'soon',
    'Mon, 23 Nov 2026 16:55:00 GMT',
    'Mon, 23 Nov 2020 16:55:00 GMT',
    'Mon Nov 23 16:55:00 2020',
    'Monday, 23-Nov-20 16:55:00 GMT',
    'Monday, 23-Nov-76 16:55:01 GMT',
    'Friday, 31-Dec-76 00:00:00 GMT',
    'Wednesday, 23-Nov-77 16:55:00 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Tuesday, 23-Nov-99 16:55:00 GMT',
    'Mon Nov 23 16:55 2026',
    'Mon Nov 23 16:55:30 2026 +0100',
    'Mon, 23 Nov 2026 16:55:30',
    'Mon, 23 Nov 2026 16:55:30 PST',
    'Mon, 99 Foo 2026 99:99:99 GMT',
  ])('%j says nothing', (header) => {
    expect(parseRetryAfter(header, now)).toBeUndefined();
  });

  test('reads two digits by the century of the day, also where one ends', () => {
    const late = new Date('2099-06-01T00:00:00.000Z');
    expect(parseRetryAfter('Monday, 01-Jun-99 00:01:00 GMT', late)).toBe(60);
    expect(parseRetryAfter('Tuesday, 01-Jun-00 00:00:00 GMT', late)).toBe(31_536_000);
    expect(parseRetryAfter('Sunday, 01-Jun-98 00:00:00 GMT', late)).toBeUndefined();
  });

  test('is undefined or a whole, non-negative number of seconds for any text', () => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer().map(String),
      fc.string().map((text) => `Mon, ${text}`),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(garbage, (header) => {
        const seconds = parseRetryAfter(header, now) ?? 0;
        expect(Number.isInteger(seconds) && seconds >= 0).toBe(true);
      }),
    );
  });
});
