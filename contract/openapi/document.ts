import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { idempotencyKeySchema } from '../../core/accounts/idempotency.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { Route } from '../route.ts';
import { methodAndPathOf, type RouteKey, routeKeys, routeOf } from '../routes.ts';
import { describeErrors, requestId } from './errors.ts';
import { bodyExampleOf, parameterExampleOf } from './examples.ts';
import { describeWebhooks } from './webhooks.ts';

/** The document says of URLs only that they are text: what a stage allows is not part of it. */
const anyUrl = { allowPrivateCallbacks: true, allowedPorts: [], ownHosts: [] };

/**
 * The API as OpenAPI 3.1, from the schemas that read its requests and describe its answers. `callbackTimeoutMs` is a
 * stage setting that one limit depends on.
 */
export function createOpenApiDocument(callbackTimeoutMs: number) {
  const paths: ZodOpenApiPathsObject = {};
  for (const routeKey of routeKeys) {
    const { method, path } = methodAndPathOf(routeKey);
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: describeRoute(routeKey, callbackTimeoutMs),
    };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'iOmniHub Webhooks',
        version: packageJson.version,
        description:
          'Subscribe URLs to the events of an iOmniHub account, see what was delivered and what was not and why, and send events again. Answers may gain fields.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'The stage that serves this document.' }],
      tags: [
        { name: 'Subscriptions', description: 'Which URL gets which events.' },
        { name: 'Events', description: 'What was published, and why it was or was not delivered.' },
        { name: 'Deliveries', description: 'What became of an event at one subscription.' },
        { name: 'Account', description: 'What concerns the account as a whole.' },
        { name: 'Backend', description: 'For the helpdesk backend alone.' },
        { name: 'Contract', description: 'This document.' },
      ],
      paths,
      webhooks: describeWebhooks(),
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key `whk_…` or the token `whs_…` of a session of the page.',
          },
          awsSignature: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'AWS Signature Version 4 for `execute-api`, by the helpdesk backend.',
          },
        },
      },
    },
    { override },
  );
}

/** Corrects what zod cannot know: answers may gain fields, and `format` and `integer` say enough by themselves. */
const override: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
};

const securityByAccess = {
  public: [],
  read: [{ apiKey: [] }],
  manage: [{ apiKey: [] }],
  secrets: [{ apiKey: [] }],
  session: [{ apiKey: [] }],
  iam: [{ awsSignature: [] }],
};

function describeRoute(routeKey: RouteKey, callbackTimeoutMs: number): ZodOpenApiOperationObject {
  const route = routeOf(routeKey);
  const withExamples = (schemas: z.core.$ZodShape) => describeParameters(routeKey, schemas);
  const { operationId, summary, description, tag, access, path = {}, query } = route;
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security: securityByAccess[access],
    requestParams: {
      path: withExamples(path),
      query: withExamples(query?.shape ?? {}),
      header: withExamples(headersOf(route)),
    },
    ...describeBody(routeKey, callbackTimeoutMs),
    responses: { ...describeAnswer(routeKey), ...describeErrors(route) },
  };
}

/** A parameter's example stands beside its schema, where programs that import the document look for it. */
function describeParameters(routeKey: RouteKey, schemas: Readonly<Record<string, z.core.$ZodType>>) {
  const { operationId } = routeOf(routeKey);
  const described = Object.entries(schemas).map(([name, schema]) => {
    const example = parameterExampleOf(routeKey, operationId, name);
    const known = schema as z.ZodType;
    return [
      name,
      example === undefined ? known : known.meta({ ...known.meta(), param: { example } }),
    ] as const;
  });
  return z.object(Object.fromEntries(described));
}

function describeBody(routeKey: RouteKey, callbackTimeoutMs: number) {
  const { body, isBodyOptional = false } = routeOf(routeKey);
  if (!body) return {};
  const schema = typeof body === 'function' ? body({ rules: anyUrl, callbackTimeoutMs }) : body;
  const example = bodyExampleOf(routeKey);
  return { requestBody: { required: !isBodyOptional, content: { 'application/json': { schema, example } } } };
}

const idempotencyKey = idempotencyKeySchema.optional().meta({
  description:
    'Makes the request safe to repeat for 24 hours: a repeated request gets the first answer again.',
});
const ifMatch = z.string().optional().meta({
  description: 'The `ETag` that you read. If the subscription was changed since, nothing is done.',
});

function headersOf({ conditional, repeatable }: Route) {
  return {
    ...(repeatable ? { 'Idempotency-Key': idempotencyKey } : {}),
    ...(conditional ? { 'If-Match': ifMatch } : {}),
  };
}

const etag = z.string().meta({ description: 'For `If-Match`.' });
const readEtag = z.string().meta({
  description: 'For `If-None-Match`: if nothing has changed, the answer is 304 and has no body.',
});
const replayed = z
  .literal('true')
  .optional()
  .meta({ description: 'This is the answer of the first request with the key.' });

function describeAnswer(routeKey: RouteKey): Record<string, ZodOpenApiResponseObject> {
  const { answer, repeatable } = routeOf(routeKey);
  const { status, description, body, hasEtag } = answer;
  const isRead = methodAndPathOf(routeKey).method === 'GET';
  return {
    [String(status)]: {
      description,
      headers: z.object({
        'X-Request-Id': requestId,
        ...(hasEtag ? { ETag: etag } : isRead ? { ETag: readEtag } : {}),
        ...(repeatable ? { 'Idempotency-Replayed': replayed } : {}),
      }),
      ...(body ? { content: { 'application/json': { schema: body } } } : {}),
    },
  };
}
