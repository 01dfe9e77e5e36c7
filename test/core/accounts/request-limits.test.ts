import { expect, test } from '@jest/globals';
import { requestLimits } from '../../../core/accounts/request-limits.ts';

test.each([
  ['read', [['api acc_1', 50]]],
  [
    'manage',
    [
      ['api-change acc_1', 20],
      ['api acc_1', 50],
    ],
  ],
] as const)('a request to a route for %s takes %j', (access, taken) => {
  const limits = requestLimits('acc_1', access);

  expect(limits.map(({ bucket, perSecond }) => [bucket, perSecond])).toEqual(taken);
});

test.each(['read', 'manage'] as const)('no sandbox serves one to %s for free, and none waits', (access) => {
  for (const limit of requestLimits('acc_1', access))
    expect(limit).toMatchObject({ freePerSecond: 0, maxWaitMs: 0 });
});
