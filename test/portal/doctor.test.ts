import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { diagnoseWithStored } from '../../portal/doctor/stored-secrets.ts';

const secretOf = (letter: string) => `whsec_${Buffer.alloc(32, letter).toString('base64')}`;
const [former, current, stranger] = ['a', 'b', 'c'].map(secretOf) as [string, string, string];
const now = new Date('2026-11-30T12:00:00Z');
const stored = {
  secret: current,
  createdAt: '2026-11-30T11:59:00.000Z',
  previous: [
    { secret: former, createdAt: '2026-11-01T12:00:00.000Z', expiresAt: '2026-12-01T11:59:00.000Z' },
  ],
};
const body = '{"id":"evt_1","type":"ticket.created"}';

function diagnose(secret: string, received = body) {
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(now.getTime() / 1_000),
    'webhook-signature': new Webhook(secret).sign('evt_1', now, body),
  };
  const { isSignatureValid, findings } = diagnoseWithStored(
    { headers, body: received },
    'sub_1',
    stored,
    now,
  );
  return { isSignatureValid, codes: findings.map(({ code }) => code) };
}

describe('the stored secrets of a webhook', () => {
  test.each([
    ['the current one', current],
    ['one that a rotation has replaced and that still signs', former],
  ])('a callback is right that was signed with %s', (_, secret) => {
    expect(diagnose(secret)).toEqual({ isSignatureValid: true, codes: [] });
  });

  test('a callback from before a rotation is told what is wrong with its body, and nothing of its secret', () => {
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    expect(diagnose(former, pretty)).toEqual({ isSignatureValid: false, codes: ['body-serialized-again'] });
  });

  test('a callback of another secret is not explained', () => {
    expect(diagnose(stranger)).toEqual({ isSignatureValid: false, codes: ['unexplained'] });
  });
});
