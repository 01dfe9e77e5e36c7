import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';

export type StoppedDeps = Pick<ApiDeps, 'accountStatus' | 'stageStatus'>;

/** True if an operator has stopped all calls to this subscription's receiver. One that is disabled gets none anyway. */
export async function isStopped(
  { accountStatus, stageStatus }: StoppedDeps,
  { accountId, status }: Subscription,
): Promise<boolean> {
  if (status === 'disabled') return false;
  const [account, isStagePaused] = await Promise.all([
    accountStatus.findAccountStatus(accountId),
    stageStatus.isStagePaused(),
  ]);
  return account === 'paused' || isStagePaused;
}
