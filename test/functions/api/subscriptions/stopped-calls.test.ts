import { expect, test } from '@jest/globals';
import type { TestApi } from '../../../support/api.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What owners see while an operator has stopped all calls. */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
let id: string;
prepareDeployment(async (suite) => {
  ({ deployment, api, accountId } = suite);
  const { subscription } = await deployment.subscribe({ accountId, url: suite.receiver.url });
  ({ id } = subscription);
});

async function codes(): Promise<string[][]> {
  const one = await api.call('GET /subscriptions/{id}', { accountId, id });
  const all = await api.call('GET /subscriptions', { accountId });
  const shown = [one.body, ...(all.body as { items: unknown[] }).items] as {
    health: { level: string; sentences: { code: string }[] };
  }[];
  return shown.map(({ health }) => [health.level, ...health.sentences.map(({ code }) => code)]);
}

const stopped = ['paused', 'health.stopped'];

test('of an account say so for each of its subscriptions', async () => {
  await deployment.accounts.setAccountStatus(accountId, 'paused', deployment.clock.now());
  expect(await codes()).toEqual([stopped, stopped]);

  await deployment.accounts.setAccountStatus(accountId, 'active', deployment.clock.now());
  expect(await codes()).not.toContainEqual(stopped);
});

test('of a stage say so too', async () => {
  await deployment.stageStatus.setStagePaused(true, deployment.clock.now());
  const seen = await codes();
  await deployment.stageStatus.setStagePaused(false, deployment.clock.now());

  expect(seen).toEqual([stopped, stopped]);
});

test('say nothing of a subscription that its owner has disabled', async () => {
  await api.call('PATCH /subscriptions/{id}', { accountId, id, body: { status: 'disabled' } });
  await deployment.accounts.setAccountStatus(accountId, 'paused', deployment.clock.now());

  expect(await codes()).not.toContainEqual(stopped);
});
