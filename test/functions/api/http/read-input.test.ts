import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { Route, StageLimits } from '../../../../contract/route.ts';
import { createInputReader } from '../../../../functions/api/http/read-input.ts';
import type { RawRequest } from '../../../../functions/api/http/request.ts';

const limits: StageLimits = {
  rules: { allowPrivateCallbacks: false, allowedPorts: [443], ownHosts: [] },
  callbackTimeoutMs: 15_000,
};
const base: Route = {
  operationId: 'readThing',
  access: 'manage',
  summary: 'A thing',
  tag: 'Events',
  answer: { status: 200, description: 'The thing.' },
};
const things = z.strictObject({
  name: z.string('must be text').optional(),
  parts: z.array(z.strictObject({ size: z.int('must be a number') })).optional(),
});

function read(route: Partial<Route>, request: Partial<RawRequest> = {}) {
  return createInputReader(
    { ...base, ...route },
    limits,
  )({
    routeKey: 'POST /things',
    pathParameters: {},
    query: {},
    headers: {},
    body: undefined,
    requestId: 'request-1',
    sourceIp: '192.0.2.1',
    ownHost: 'api.iomnihub.example',
    ownUrl: 'https://api.iomnihub.example',
    ...request,
  });
}

const invalid = (...issues: { field: string; message: string }[]) => ({
  problem: { slug: 'invalid-request', detail: 'The request is not valid; see issues.', issues },
});
const unknown = (field: string) => ({ field, message: 'is not a field of this request; leave it out' });

test('a field with nearly the name of another one is refused with that name', () => {
  const schema = z.strictObject({ eventType: z.string().optional(), limit: z.string().optional() });

  for (const [name, meant] of [
    ['type', 'eventType'],
    ['event_type', 'eventType'],
    ['limits', 'limit'],
  ] as const) {
    const issue = { field: name, message: `is not a field of this request; did you mean ${meant}?` };
    expect(read({ query: schema }, { query: { [name]: 'x' } })).toEqual(invalid(issue));
    expect(read({ body: schema }, { body: `{"${name}":"x"}` })).toEqual(invalid(issue));
  }
});

test('a field that a request had before is refused with what to write instead', () => {
  const schema = z.strictObject({ rateLimit: z.unknown().optional(), timeoutMs: z.int().optional() });
  const message =
    'is no longer a field: write "rateLimit": { "calls": 5, "perSeconds": 1 } for five calls a second';

  expect(read({ body: schema }, { body: '{"rateLimitPerSecond":5}' })).toEqual(
    invalid({ field: 'rateLimitPerSecond', message }),
  );
});

describe('a body', () => {
  const parse = (body: string | undefined, route: Partial<Route> = {}) =>
    read({ body: things, ...route }, { body });

  test('is read by the schema of its route', () => {
    expect(parse('{"name":"x"}')).toEqual({ path: {}, query: {}, body: { name: 'x' } });
  });

  test('may depend on the stage', () => {
    const body = ({ callbackTimeoutMs }: StageLimits) => z.strictObject({ ms: z.literal(callbackTimeoutMs) });

    expect(parse('{"ms":15000}', { body })).toMatchObject({ body: { ms: 15_000 } });
    expect(parse('{"ms":15001}', { body })).toHaveProperty('problem');
  });

  test('is not read where the route has none', () => {
    expect(read({}, { body: '{' })).toEqual({ path: {}, query: {}, body: undefined });
  });

  test.each([undefined, ''])('that is %j counts as {} where it may be left out', (body) => {
    expect(parse(body, { isBodyOptional: true })).toMatchObject({ body: {} });
    expect(parse(body)).toMatchObject({ problem: { slug: 'invalid-json' } });
  });

  test.each(['{', '{"name":}', 'name=x', '\ufeff{}'])('%j is no JSON', (body) => {
    expect(parse(body)).toEqual({
      problem: { slug: 'invalid-json', detail: 'The request body must be a JSON object.' },
    });
  });

  test.each(['[]', '"x"', '5', 'true', 'null'])('%s is JSON and no object', (body) => {
    expect(parse(body)).toEqual(invalid({ field: 'body', message: 'must be a JSON object' }));
  });

  test('has each mistake named by its path', () => {
    const body = JSON.stringify({ name: 5, parts: [{ size: 1 }, { size: 'x', other: 1 }], more: 1, most: 2 });

    expect(parse(body)).toEqual(
      invalid(
        { field: 'name', message: 'must be text' },
        { field: 'parts.1.size', message: 'must be a number' },
        unknown('parts.1.other'),
        unknown('more'),
        unknown('most'),
      ),
    );
  });

  test.each(['{"__proto__":{}}', '{"parts":[{"__proto__":1}]}', '{"name":"x","\\u005f_proto__":1}'])(
    'may not name the prototype, at any depth: %s',
    (body) => {
      expect(parse(body)).toEqual(invalid({ field: '__proto__', message: 'is no name; leave it out' }));
    },
  );

  test('may have 256 KiB, counted in bytes, and no more', () => {
    const ofBytes = (bytes: number) => `{"name":"é${'x'.repeat(bytes - 13)}"}`;

    expect(parse(ofBytes(262_144))).not.toHaveProperty('problem');
    expect(parse(ofBytes(262_145))).toEqual({
      problem: { slug: 'too-large', detail: 'The request body must have at most 262144 bytes.' },
    });
  });
});

describe('a query', () => {
  const query = z.strictObject({ limit: z.coerce.number().default(100) });

  test('is read by the schema of its route', () => {
    expect(read({ query }, { query: { limit: '5' } })).toMatchObject({ query: { limit: 5 } });
    expect(read({ query })).toMatchObject({ query: { limit: 100 } });
  });

  test('is refused where the route knows of none, unless anybody may ask', () => {
    const request = { query: { page: '2' } };

    expect(read({ query }, request)).toEqual(invalid(unknown('page')));
    expect(read({}, request)).toEqual(invalid(unknown('page')));
    expect(read({ access: 'public' }, request)).toEqual({ path: {}, query: {}, body: undefined });
  });
});

test('the path is read by the schemas of its names', () => {
  const path = { id: z.string('must be text') };

  expect(read({ path }, { pathParameters: { id: 'a' } })).toMatchObject({ path: { id: 'a' } });
  expect(read({ path })).toEqual(invalid({ field: 'id', message: 'must be text' }));
});

test('query, path and body are checked in this order', () => {
  const route = { path: { id: z.string('must be text') }, body: things };

  expect(read(route, { query: { page: '2' }, body: '{' })).toEqual(invalid(unknown('page')));
  expect(read(route, { body: '{' })).toEqual(invalid({ field: 'id', message: 'must be text' }));
  expect(read(route, { pathParameters: { id: 'a' }, body: '{' })).toMatchObject({
    problem: { slug: 'invalid-json' },
  });
});
