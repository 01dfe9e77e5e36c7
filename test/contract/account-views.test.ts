import { describe, expect, test } from '@jest/globals';
import { presentApiKey, presentAuditEntry, presentSession } from '../../contract/account-views.ts';
import type { AuditEntry } from '../../core/accounts/audit.ts';
import { hashCredentialSecret } from '../../core/accounts/credential.ts';

test.each([
  ['an API key', presentApiKey],
  ['a session', presentSession],
] as const)('what is shown of %s holds no hash', (_, present) => {
  const secretHash = hashCredentialSecret('AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE');
  const shown = present({
    id: '0123456789abcdef01234567',
    kind: 'api-key',
    link: { secretHash, expiresAt: '2026-11-23T17:00:00.000Z' },
    accountId: 'acc_1',
    secretHash,
    capabilities: ['view'],
    description: '',
    createdAt: '2026-11-23T16:55:00.000Z',
  });

  expect(JSON.stringify(shown)).not.toContain(secretHash);
});

describe('an entry of the audit log', () => {
  const entry: AuditEntry = {
    accountId: 'acc_1',
    at: '2026-11-23T16:55:00.000Z',
    action: 'account.status-changed',
    actor: { kind: 'backend', id: 'arn:aws:iam::000000000000:role/helpdesk' },
    requestId: 'request-1',
    sourceIp: '203.0.113.9',
  };

  test('shows neither the role nor the address of the backend', () => {
    expect(JSON.stringify(presentAuditEntry(entry, true))).not.toMatch(/arn:|203\.0/);
  });

  test('shows the credential of an account, and its address', () => {
    const actor = { kind: 'api-key', id: 'key-1' } as const;

    expect(presentAuditEntry({ ...entry, actor }, true)).toMatchObject({ actor, sourceIp: '203.0.113.9' });
  });

  test('shows who may only read the action, the kind of its actor and the names of what was changed', () => {
    const changed = {
      ...entry,
      action: 'subscription.changed',
      actor: { kind: 'api-key', id: 'key-1' },
      subscriptionId: 'sub_1',
      details: {
        fields: ['timeoutMs'],
        before: { timeoutMs: 1 },
        after: { timeoutMs: 2 },
        from: 'a',
        to: 'b',
      },
    } as const;

    expect(presentAuditEntry(changed, false)).toEqual({
      at: entry.at,
      action: 'subscription.changed',
      actor: { kind: 'api-key' },
      subscriptionId: 'sub_1',
      details: { fields: ['timeoutMs'] },
    });
    expect(presentAuditEntry({ ...changed, details: { deliveryId: 'dlv_1' } }, false)).not.toHaveProperty(
      'details',
    );
  });
});
