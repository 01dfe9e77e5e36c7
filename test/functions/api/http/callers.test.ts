import { describe, expect, test } from '@jest/globals';
import type { Access } from '../../../../contract/route.ts';
import type { AccountStatus } from '../../../../core/accounts/account.ts';
import type { CallLimit } from '../../../../core/rate-limit.ts';
import { createCallerCheck } from '../../../../functions/api/http/callers.ts';
import type { ApiEvent, AuthorizerContext } from '../../../../functions/api/http/request.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const credential = {
  accountId: 'acc_1',
  capabilities: ['view', 'manage', 'secrets'],
  credentialKind: 'api-key',
  credentialId: 'key_1',
} as const;

interface World {
  readonly status?: AccountStatus;
  readonly hasRoom?: boolean;
}

function identify(
  access: Exclude<Access, 'public'>,
  authorizer: {
    readonly lambda?: Partial<AuthorizerContext> | null;
    readonly iam?: { userArn?: string } | null;
  },
  { status = 'active', hasRoom = true }: World = {},
) {
  const asked: (readonly CallLimit[])[] = [];
  const identifyCaller = createCallerCheck({
    accountStatus: { findAccountStatus: async () => status },
    reserveTurns: async (limits) => {
      asked.push(limits);
      return hasRoom ? { kind: 'now' } : { kind: 'full', limit: 'api', passed: [] };
    },
    now: () => now,
  });
  const event = {
    pathParameters: { accountId: 'acc_2' },
    requestContext: { authorizer },
  } as unknown as ApiEvent;
  return identifyCaller(access, event).then((caller) => ({ caller, asked }));
}

const refusal = (slug: string) => ({ problem: { slug } });

describe('a caller with a credential', () => {
  test.each([
    ['read', ['view', 'manage', 'secrets']],
    ['manage', ['view', 'manage']],
    ['secrets', ['view', 'secrets']],
    ['read', ['view']],
  ] as const)('is, at a route for %s, its account, and may do %j', async (access, capabilities) => {
    const { caller } = await identify(access, { lambda: { ...credential, capabilities } });

    expect(caller).toEqual({ accountId: 'acc_1', actor: { kind: 'api-key', id: 'key_1' }, capabilities });
  });

  test.each([
    ['manage', ['view', 'secrets']],
    ['secrets', ['view', 'manage']],
    ['manage', ['view', 'admin']],
    ['read', []],
    ['read', undefined],
    ['read', 'manage'],
  ])('is refused, at a route for %s, with the capabilities %j', async (access, capabilities) => {
    const lambda = { ...credential, capabilities } as Partial<AuthorizerContext>;

    expect((await identify(access as 'read', { lambda })).caller).toMatchObject(refusal('forbidden'));
  });

  test('is refused at a route of the session if it is a key', async () => {
    const session = { ...credential, credentialKind: 'portal-session', capabilities: ['view'] } as const;

    expect((await identify('session', { lambda: session })).caller).toMatchObject({ accountId: 'acc_1' });
    expect((await identify('session', { lambda: credential })).caller).toMatchObject(refusal('forbidden'));
  });

  test.each(['accountId', 'credentialKind', 'credentialId'] as const)(
    'is nobody without its %s',
    async (name) => {
      const { [name]: _, ...lambda } = credential;

      expect((await identify('read', { lambda })).caller).toMatchObject(refusal('unauthorized'));
    },
  );

  test('is nobody to a route that lost its authorizer', async () => {
    for (const authorizer of [{}, { lambda: null }, { iam: { userArn: 'arn' } }])
      expect((await identify('read', authorizer)).caller).toMatchObject(refusal('unauthorized'));
  });

  test.each(['suspended', 'removed'] as const)('is refused while its account is %s', async (status) => {
    const { caller, asked } = await identify('read', { lambda: credential }, { status });

    expect(caller).toMatchObject(refusal('account-suspended'));
    expect(asked).toEqual([]);
  });

  test('is refused beyond the limits of what it asks for', async () => {
    const limitsAt = async (access: 'read' | 'manage' | 'secrets') => {
      const { caller, asked } = await identify(access, { lambda: credential }, { hasRoom: false });
      expect(caller).toMatchObject({ problem: { slug: 'too-many-requests', retryAfterSeconds: 1 } });
      return asked.flat().map(({ bucket }) => bucket);
    };

    expect(await limitsAt('read')).toEqual(['api acc_1']);
    for (const access of ['manage', 'secrets'] as const)
      expect(await limitsAt(access)).toEqual(['api-change acc_1', 'api acc_1']);
  });
});

describe('a caller of the backend', () => {
  test('is known by its signature, and speaks for the account in the path', async () => {
    const { caller, asked } = await identify('iam', { iam: { userArn: 'arn:aws:iam::1:role/helpdesk' } });

    expect(caller).toEqual({
      accountId: 'acc_2',
      actor: { kind: 'backend', id: 'arn:aws:iam::1:role/helpdesk' },
      capabilities: ['view', 'manage', 'secrets'],
    });
    expect(asked).toEqual([]);
  });

  test.each([{}, { iam: null }, { iam: {} }, { iam: { userArn: '' } }, { lambda: credential }])(
    'is nobody without one: %j',
    async (authorizer) => {
      expect((await identify('iam', authorizer)).caller).toMatchObject(refusal('unauthorized'));
    },
  );
});
