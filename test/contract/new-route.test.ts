import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routeKeys } from '../../contract/routes.ts';
import { type ChangedCopy, createChangedCopy } from '../support/changed-copy.ts';

/** A further route takes one declaration, and one handler file with its line in the table of handlers. */

const declaration = `  'GET /event-types/{id}': {
    operationId: 'getEventType',
    access: 'read',
    summary: 'Read one event type',
    tag: 'Events',
    path: { id: z.string() },
    query: z.strictObject({ upperCase: z.stringbool().default(false) }),
    answer: { status: 200, description: 'The event type.', body: z.object({ name: z.string() }) },
  },
`;
const handler = `import type { Handler } from '../http/handler.ts';

export function createGetEventType(): Handler<'GET /event-types/{id}'> {
  return async ({ path, query }) => ({
    body: { name: query.upperCase ? path.id.toUpperCase() : path.id },
  });
}
`;
const handlersFile = 'functions/api/handlers.ts';
const row = `    'GET /event-types/{id}': createGetEventType(),\n`;

let copy: ChangedCopy;
beforeAll(() => {
  copy = createChangedCopy();
  copy.insert('contract/events.ts', declaration, "  'GET /events': {");
});
afterAll(() => copy.remove());

test('a declaration alone does not compile: it has no handler', () => {
  expect(copy.compile(handlersFile)).toMatch(
    /^functions\/api\/handlers\.ts.*'"GET \/event-types\/\{id\}"' is missing/,
  );
});

test('with its handler it compiles, and so do the tests that call every route', () => {
  copy.write('functions/api/events/get-type.ts', handler);
  copy.insert(handlersFile, row, "    'GET /events':");
  copy.insert(
    handlersFile,
    "import { createGetEventType } from './events/get-type.ts';\n",
    'import { createListEvents }',
  );

  expect(copy.compile()).toBe('');
});

test('the gateway has the route, with the authorizer of its access', () => {
  const resources = copy.run(`
    import { App } from 'aws-cdk-lib';
    import { createStacks } from './lib/stacks.ts';
    const app = new App({ outdir: 'cdk.out', context: { 'aws:cdk:bundling-stacks': [] } });
    createStacks(app);
    const stacks = app.synth().stacks;
    console.log(JSON.stringify(stacks.flatMap(({ template }) => Object.values(template.Resources))));
  `) as { Type: string; Properties: { RouteKey: string; AuthorizationType: string } }[];
  const deployed = resources.filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');

  const declared = deployed
    .map(({ Properties }) => Properties.RouteKey)
    .filter((key) => !key.startsWith('HEAD ') && (key === 'GET /' || !/ \/(\{proxy\+\})?$/.test(key)));
  expect(declared.toSorted()).toEqual([...routeKeys, 'GET /event-types/{id}'].toSorted());
  expect(deployed.find(({ Properties }) => Properties.RouteKey === 'GET /event-types/{id}')).toMatchObject({
    Properties: { AuthorizationType: 'CUSTOM' },
  });
});

test('the router parses its requests, calls its handler and answers as declared', () => {
  const answers = copy.run(`
    import { createApi } from './functions/api/router.ts';
    const serve = createApi({
      rules: { allowPrivateCallbacks: true, allowedPorts: [], ownHosts: [] },
      callbackTimeoutMs: 15_000,
      portalUrl: 'https://portal.example.com',
      accountStatus: { findAccountStatus: async () => 'active' },
      reserveTurns: async () => ({ kind: 'now' }),
      telemetry: { info() {}, error(name, { error }) { throw error; } },
      now: () => new Date(),
    });
    const get = (queryStringParameters) => serve({
      routeKey: 'GET /event-types/{id}',
      headers: {},
      pathParameters: { id: 'one' },
      queryStringParameters,
      requestContext: {
        requestId: '1',
        http: {},
        authorizer: { lambda: { accountId: 'acc_1', capabilities: ['view'], credentialKind: 'api-key', credentialId: '1' } },
      },
    });
    console.log(JSON.stringify([await get({}), await get({ upperCase: 'true' }), await get({ color: 'red' })]));
  `) as { statusCode: number; body: string }[];

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 400]);
  expect(answers.slice(0, 2).map(({ body }) => JSON.parse(body))).toEqual([{ name: 'one' }, { name: 'ONE' }]);
});

test('OpenAPI and the README are reported as stale, and have the route once they are written again', () => {
  const stale = copy.generateDocs('--check');
  expect(stale.status).toBe(1);
  expect(stale.stderr.match(/^\S+/gm)).toEqual(['README.md', 'docs/openapi.json']);

  expect(copy.generateDocs()).toMatchObject({ status: 0, stderr: '' });
  expect(copy.read('README.md')).toContain('| `GET /event-types/{id}` | Read one event type | any key |');
  expect(JSON.parse(copy.read('docs/openapi.json'))).toHaveProperty(
    ['paths', '/event-types/{id}', 'get', 'operationId'],
    'getEventType',
  );
});
