import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { createTestApi, type TestApi } from './api.ts';
import { uniqueId } from './builders.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export interface Suite {
  readonly deployment: Deployment;
  readonly api: TestApi;
  readonly receiver: Receiver;
  readonly accountId: string;
}

/** For the tests of a file one deployment with its API, and for each of them a receiver and an account of its own. */
export function prepareDeployment(hand: (suite: Suite) => Promise<void> | void): void {
  let deployment: Deployment;
  let api: TestApi;
  let receiver: Receiver;
  beforeAll(async () => {
    deployment = await startDeployment();
    api = createTestApi(deployment);
  });
  beforeEach(async () => {
    receiver = await startReceiver();
    await hand({ deployment, api, receiver, accountId: uniqueId('acc') });
  });
  afterEach(async () => {
    await receiver.close();
    deployment.reset();
  });
  afterAll(() => deployment.close());
}
