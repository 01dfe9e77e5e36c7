import { expect, test } from '@jest/globals';
import { routeKeys } from '../../../contract/routes.ts';
import type { TestApi } from '../../support/api.ts';
import { goodRequest } from '../../support/good-requests.ts';
import { prepareDeployment } from '../../support/suite.ts';

let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ api, accountId } = suite);
});

const madeUp = {
  accountId: 'made-up',
  keyId: 'made-up',
  sessionId: 'made-up',
  linkCode: 'made-up',
  subscriptionId: 'made-up',
  eventId: 'made-up',
  deliveryId: 'made-up',
  drillId: 'made-up',
};

/** By what the path is about. */
const nouns = {
  '/events/{id}': 'event',
  '/subscriptions/{id}': 'subscription',
  '/deliveries/{id}': 'delivery',
  '/drills/{id}': 'drill',
  '/accounts/{accountId}/api-keys/{keyId}': 'API key',
  '/accounts/{accountId}/portal-sessions/{sessionId}': 'session',
};
const routes = routeKeys.flatMap((routeKey) =>
  Object.entries(nouns)
    .filter(([path]) => `${routeKey.split(' ')[1]}/`.startsWith(`${path}/`))
    .map(([, noun]) => [routeKey, noun] as const),
);

test('every route with an id of its own is one of these', () => {
  const withId = routeKeys.filter((routeKey) => /\{(?!accountId)/.test(routeKey));

  expect(routes.map(([routeKey]) => routeKey)).toEqual(withId);
});

test.each(routes)('%s says that the account has no such %s', async (routeKey, noun) => {
  const unknown = { id: 'made-up', keyId: 'made-up', sessionId: 'made-up' };
  const { body = {} } = goodRequest(routeKey, madeUp);
  const answer = routeKey.includes('/accounts/')
    ? await api.callSigned(routeKey, { accountId, ...unknown })
    : await api.call(routeKey, { accountId, pathParameters: unknown, body });

  expect(answer).toMatchObject({
    status: 404,
    body: { detail: `No ${noun} of this account has that id.` },
  });
});
