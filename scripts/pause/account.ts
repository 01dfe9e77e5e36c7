import { randomUUID } from 'node:crypto';
import { afterwards, meanwhile, type Switching } from './switching.ts';

/**
 * Stops or starts all calls of one account. Only an active account is paused and only a paused one goes on, so neither
 * command ends a suspension.
 */
export async function switchAccount(switching: Switching, accountId: string): Promise<void> {
  const { verb, accounts, subscriptions, now, print } = switching;
  const [expected, wanted] =
    verb === 'pause' ? (['active', 'paused'] as const) : (['paused', 'active'] as const);
  const status = await accounts.findAccountStatus(accountId);
  if (status === wanted) return print(`The account ${accountId} is ${status} already; nothing was changed.`);
  if (status !== expected)
    throw new Error(`the account ${accountId} is ${status}: it gets no calls until it is active again`);
  await audit(switching, accountId, wanted);
  await accounts.setAccountStatus(accountId, wanted, now());
  if (verb === 'resume') {
    print(`The calls of the account ${accountId} start again.`);
    return print(afterwards);
  }
  print(`All calls of the account ${accountId} are stopped since ${now().toISOString()}.`);
  if ((await subscriptions.listSubscriptions(accountId)).length === 0)
    print('It has no subscription, so it had no calls: check the id if you expected some.');
  for (const line of meanwhile) print(line);
  print(`Start them again with npm run resume -- --account ${accountId}.`);
}

/** As the API records it. It comes first, so that nothing happens unrecorded. */
function audit({ auditLog, verb, now }: Switching, accountId: string, status: string): Promise<void> {
  return auditLog.recordAudit({
    accountId,
    at: now().toISOString(),
    action: 'account.status-changed',
    actor: { kind: 'backend', id: `npm run ${verb}` },
    requestId: randomUUID(),
    sourceIp: '',
    details: { status },
  });
}
