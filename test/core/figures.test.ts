import { expect, test } from '@jest/globals';
import { auditRetentionDays } from '../../core/accounts/audit.ts';
import {
  lastUsedPrecisionMs,
  maxApiKeysPerAccount,
  maxPortalSessionsPerAccount,
} from '../../core/accounts/credential.ts';
import { idempotencyLockMs, idempotencyRetentionSeconds } from '../../core/accounts/idempotency.ts';
import { latencyBoundsMs, statisticsRetentionDays } from '../../core/deliveries/statistics.ts';
import { maxCallbackBodyBytes } from '../../core/events/published-event.ts';
import { maxHostsPerMinute } from '../../core/receivers/named-hosts.ts';
import { maxLiveSecrets, maxSubscriptionsPerAccount } from '../../core/subscriptions/subscription.ts';

/** Figures that others build on. A changed one needs a changed sentence where it is promised. */
test.each<[name: string, value: number, promised: number, where: string]>([
  ['subscriptions of an account', maxSubscriptionsPerAccount, 50, 'docs/security.md'],
  ['API keys of an account', maxApiKeysPerAccount, 20, 'docs/security.md'],
  ['open sessions of an account', maxPortalSessionsPerAccount, 100, 'docs/security.md'],
  ['secrets that sign at a time', maxLiveSecrets, 5, 'the header of signatures stays short'],
  ['new hosts of an account in a minute', maxHostsPerMinute, 20, 'docs/security.md'],
  ['bytes of a callback', maxCallbackBodyBytes, 262_144, 'docs/runbook.md'],
  ['days of audit entries', auditRetentionDays, 400, 'audits ask for a year'],
  ['days of statistics', statisticsRetentionDays, 14, 'contract/deliveries.ts'],
  ['seconds of an Idempotency-Key', idempotencyRetentionSeconds, 24 * 3_600, 'docs/api.md'],
  ['ms of a request that holds its Idempotency-Key', idempotencyLockMs, 30_000, 'the timeout of the API'],
  [
    'ms by which the last use of a key may be behind',
    lastUsedPrecisionMs,
    600_000,
    'contract/account-views.ts',
  ],
])('%s: %i is the promised %i (%s)', (_name, value, promised) => {
  expect(value).toBe(promised);
});

test('latencies are counted in these buckets, up to the longest deadline', () => {
  expect(latencyBoundsMs).toEqual([50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000]);
});
