import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type RouteKey, routeKeys, routeOf } from '../../../contract/routes.ts';
import {
  type CredentialKind,
  formatLinkCode,
  hashCredentialSecret,
} from '../../../core/accounts/credential.ts';
import { type DeliveryRef, deliveryIdOf } from '../../../core/deliveries/delivery.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { hostileTexts, type JsonSchema, nearlyValidValues, valuesOf } from '../../support/arbitrary-json.ts';
import { deliveredDelivery, publishedEvent, uniqueId } from '../../support/builders.ts';
import { type OpenApiDocument, readContract } from '../../support/contract.ts';
import { addDrill } from '../../support/contract-world.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';

/** Whatever a request holds, near to what the contract asks for or far from it, the answer is one of the contract's. */

interface OperationSchemas {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: JsonSchema }> };
}

const document = JSON.parse(
  readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'),
) as OpenApiDocument & { readonly paths: Record<string, Record<string, OperationSchemas>> };
const contract = readContract(document);
/** What every route has answered. */
const seen = new Map<RouteKey, Set<number>>();

let deployment: Deployment;
let api: TestApi;
beforeAll(async () => {
  deployment = await startDeployment();
  api = createTestApi(deployment);
});
afterAll(() => deployment.close());

const idNames = [
  'accountId',
  'keyId',
  'sessionId',
  'subscriptionId',
  'eventId',
  'deliveryId',
  'drillId',
] as const;
type Ids = Readonly<Record<(typeof idNames)[number], string>>;

/** An account in which there is one of everything. */
async function openAccount(): Promise<Ids> {
  const accountId = uniqueId('acc');
  const { subscription } = await deployment.subscribe({ accountId, url: 'http://127.0.0.1:9/hooks' });
  const acceptedAt = deployment.clock.now().toISOString();
  const event = publishedEvent({ time: acceptedAt, detail: { id: uniqueId('evt'), accountId } });
  const { id: subscriptionId } = subscription;
  await deployment.events.recordEvent(
    event,
    [{ subscriptionId, decision: 'enqueue' }],
    deployment.clock.now(),
  );
  const ref: DeliveryRef = {
    accountId,
    subscriptionId,
    eventId: event.id,
    eventType: event.type,
    acceptedAt,
  };
  await deployment.deliveries.recordDelivered([deliveredDelivery(ref)]);
  const drillId = await addDrill(deployment.table, accountId, subscriptionId);
  const [keyId, sessionId] = await Promise.all([
    addCredential(accountId, 'api-key'),
    addCredential(accountId, 'portal-session'),
  ]);
  return {
    accountId,
    keyId,
    sessionId,
    subscriptionId,
    eventId: event.id,
    deliveryId: deliveryIdOf(ref),
    drillId,
  };
}

const farAhead = '2099-01-01T00:00:00.000Z';
const linkSecret = 'L'.repeat(43);

async function addCredential(accountId: string, kind: CredentialKind): Promise<string> {
  const id = createHash('sha256').update(`${kind} ${accountId}`).digest('hex').slice(0, 24);
  const createdAt = deployment.clock.now().toISOString();
  await api.credentials.createCredential({
    id,
    kind,
    accountId,
    secretHash: '',
    capabilities: ['view'],
    description: '',
    createdAt,
    expiresAt: farAhead,
    link: { secretHash: hashCredentialSecret(linkSecret), expiresAt: farAhead },
  });
  return id;
}

function schemasOf(routeKey: RouteKey): OperationSchemas {
  const [method = '', path = ''] = routeKey.split(' ');
  const schemas = document.paths[path]?.[method.toLowerCase()];
  if (!schemas) throw new Error(`${routeKey} is not in the document`);
  return schemas;
}

const hostileText = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 30 }));

/** A parameter stands in the request as text; headers come by their names in lower case. */
function parametersOf({ parameters = [] }: OperationSchemas, where: 'query' | 'header') {
  const known = parameters
    .filter((parameter) => parameter.in === where)
    .map(({ name, schema }) => [
      where === 'header' ? name.toLowerCase() : name,
      fc.oneof({ weight: 3, arbitrary: valuesOf(schema).map(String) }, { weight: 1, arbitrary: hostileText }),
    ]);
  const valid = fc.record(Object.fromEntries(known), { requiredKeys: [] });
  const unknown = fc.dictionary(hostileText, hostileText, { maxKeys: 1 });
  const none = fc.constant({});
  const others = fc.oneof({ weight: 4, arbitrary: none }, { weight: 1, arbitrary: unknown });
  return fc.tuple(valid, others).map(([own, more]): Record<string, string> => ({ ...more, ...own }));
}

function bodiesOf({ requestBody }: OperationSchemas): fc.Arbitrary<string | undefined> {
  const schema = requestBody?.content['application/json']?.schema ?? {};
  const broken = fc.constantFrom(
    '',
    '{',
    '{"url":',
    '[]'.repeat(9),
    'undefined',
    '"',
    '\ufeff{}',
    '['.repeat(50_000),
    JSON.stringify('x'.repeat(300_000)),
  );
  return fc.oneof(
    { weight: 8, arbitrary: nearlyValidValues(schema).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** With what a body must hold and nothing else. */
function leastBodyOf({ requestBody }: OperationSchemas): string | undefined {
  const { schema } = requestBody?.content['application/json'] ?? {};
  if (!schema) return undefined;
  const { properties = {}, required = [] } = schema;
  const named = Object.fromEntries(required.map((name) => [name, properties[name] ?? {}]));
  return JSON.stringify(fc.sample(valuesOf({ ...schema, properties: named }), 1)[0]);
}

/** Ids that are there, those of another kind, and hostile ones. */
const idChoice = fc.oneof(
  { weight: 6, arbitrary: fc.constant('own' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...idNames) },
  { weight: 2, arbitrary: hostileText.map((text) => ({ text })) },
);

function pathParametersOf(routeKey: RouteKey, ids: Ids, choice: 'own' | keyof Ids | { text: string }) {
  const [, noun = ''] = /\/(\w+)\/\{id\}/.exec(routeKey) ?? [];
  const own =
    { deliveries: ids.deliveryId, events: ids.eventId, drills: ids.drillId }[noun] ?? ids.subscriptionId;
  const chosen = choice === 'own' ? undefined : typeof choice === 'string' ? ids[choice] : choice.text;
  return {
    id: chosen ?? own,
    accountId: chosen ?? ids.accountId,
    keyId: chosen ?? ids.keyId,
    sessionId: chosen ?? ids.sessionId,
  };
}

/** A made-up identifier or code in a body names nothing that there is. */
function namingOwn(body: string | undefined, { subscriptionId, sessionId }: Ids): string | undefined {
  return body
    ?.replace(/("subscriptionId":)"[\w-]{1,64}"/, `$1"${subscriptionId}"`)
    .replace(/("code":)"[^"\\]*"/, `$1"${formatLinkCode(sessionId, linkSecret)}"`);
}

describe('no request brings about a fault of ours, or an answer that the contract does not tell of:', () => {
  test.each(routeKeys)('%s', async (routeKey) => {
    const schemas = schemasOf(routeKey);
    let untouched: Ids | undefined;
    await fc.assert(
      fc.asyncProperty(
        idChoice,
        parametersOf(schemas, 'query'),
        parametersOf(schemas, 'header'),
        bodiesOf(schemas),
        fc.boolean(),
        async (choice, query, headers, body, isBase64Encoded) => {
          // Accounts and hosts have limits.
          deployment.clock.advance(1_000);
          const ids = untouched ?? (await openAccount());
          const text = choice === 'own' ? namingOwn(body, ids) : body;
          const encoded = isBase64Encoded && text !== undefined ? Buffer.from(text).toString('base64') : text;
          const answer = await api.call(routeKey, {
            accountId: ids.accountId,
            isSigned: routeOf(routeKey).access === 'iam',
            ...(routeOf(routeKey).access === 'session'
              ? { credential: { kind: 'portal-session' as const, id: ids.sessionId } }
              : {}),
            overrides: {
              pathParameters: pathParametersOf(routeKey, ids, choice),
              queryStringParameters: query,
              headers,
              ...(encoded === undefined ? {} : { body: encoded }),
              isBase64Encoded,
            },
          });
          const { status = 0, headers: answered } = answer;
          const answeredText = answer.body === null ? '' : JSON.stringify(answer.body);
          // What a request does to an account matters to no other.
          untouched = routeKey.startsWith('GET ') || status >= 400 ? ids : undefined;
          seen.set(routeKey, (seen.get(routeKey) ?? new Set()).add(status));
          expect(status).toBeLessThan(500);
          expect(
            contract.faultsOfAnswer(routeKey, { status, headers: answered, text: answeredText }),
          ).toEqual([]);
        },
      ),
      { numRuns: 100, examples: [['own', {}, {}, leastBodyOf(schemas), false]] },
    );
  });
});

test.each(routeKeys)('%s was both granted and, if it can be, refused', (routeKey) => {
  const statuses = [...(seen.get(routeKey) ?? [])];

  expect(statuses).toContain(contract.answersOf(routeKey)[0]?.status);
  const canBeRefused = contract.answersOf(routeKey).some(({ status }) => status === 400 || status === 404);
  expect(statuses.some((status) => status >= 400)).toBe(canBeRefused);
});
