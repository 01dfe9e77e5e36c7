import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { idempotencyKeySchema } from '../../../core/accounts/idempotency.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { apiRoutes, type RouteKey } from '../routes.ts';
import { backendOperations } from './backend-operations.ts';
import { deliveryOperations } from './delivery-operations.ts';
import { describeErrors, requestId } from './errors.ts';
import type { Operation } from './operation.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { describeWebhooks } from './webhooks.ts';

/** A route without one does not compile. `callbackTimeoutMs` is the stage's, on which one limit depends. */
export function describeOperations(callbackTimeoutMs: number): Record<RouteKey, Operation> {
  return {
    'GET /openapi.json': {
      operationId: 'getContract',
      summary: 'Read this document',
      tag: 'Contract',
      answer: { status: 200, description: 'The document.', body: z.looseObject({ openapi: z.string() }) },
    },
    ...subscriptionOperations(callbackTimeoutMs),
    ...deliveryOperations,
    ...backendOperations,
  };
}

/** The API's contract as OpenAPI 3.1, from the schemas by which requests are read and answers are made. */
export function createOpenApiDocument(callbackTimeoutMs: number) {
  const operations = describeOperations(callbackTimeoutMs);
  const paths: ZodOpenApiPathsObject = {};
  for (const routeKey of Object.keys(apiRoutes) as RouteKey[]) {
    const [method = '', path = ''] = routeKey.split(' ');
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: describeOperation(routeKey, operations[routeKey]),
    };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'iOmniHub Webhooks',
        version: packageJson.version,
        description:
          'Subscribe URLs to events of an iOmniHub account, see what was delivered and why not, and send it again. Answers may gain fields.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'The stage that serves this document.' }],
      tags: [
        { name: 'Subscriptions', description: 'Which URL gets which events.' },
        { name: 'Events', description: 'What was published, and why it did or did not come.' },
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

/** What zod cannot know: answers may gain fields, `format` says enough of a time, and so does `integer`. */
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
  iam: [{ awsSignature: [] }],
};

function describeOperation(routeKey: RouteKey, operation: Operation): ZodOpenApiOperationObject {
  const { operationId, summary, description, tag, query, body, isBodyOptional = false } = operation;
  return {
    operationId,
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security: securityByAccess[apiRoutes[routeKey]],
    requestParams: {
      path: pathOf(routeKey, operation),
      ...(query ? { query } : {}),
      ...headersOf(routeKey, operation),
    },
    ...(body
      ? { requestBody: { required: !isBodyOptional, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: { ...describeAnswer(routeKey, operation), ...describeErrors(routeKey, operation) },
  };
}

function pathOf(routeKey: RouteKey, { idOf }: Operation): z.ZodObject {
  const descriptions: Record<string, string> = {
    id: `Of the ${idOf}.`,
    accountId: 'Of the account.',
    keyId: 'Of the API key.',
  };
  const names = [...routeKey.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return z.object(
    Object.fromEntries(names.map((name) => [name, z.string().meta({ description: descriptions[name] })])),
  );
}

const idempotencyKey = idempotencyKeySchema
  .optional()
  .meta({ description: 'Makes the request safe to repeat for 24 hours: the first answer is given again.' });
const ifMatch = z.string().optional().meta({
  description: 'The `ETag` that was read; if the subscription was changed since, nothing is done.',
});

function headersOf(routeKey: RouteKey, { isConditional }: Operation) {
  const headers = {
    ...(routeKey.startsWith('POST ') ? { 'Idempotency-Key': idempotencyKey } : {}),
    ...(isConditional ? { 'If-Match': ifMatch } : {}),
  };
  return Object.keys(headers).length > 0 ? { header: z.object(headers) } : {};
}

const etag = z.string().meta({ description: 'For `If-Match`.' });
const replayed = z
  .literal('true')
  .optional()
  .meta({ description: 'This is the answer of the first request with the key.' });

function describeAnswer(routeKey: RouteKey, { answer }: Operation): Record<string, ZodOpenApiResponseObject> {
  const { status, description, body, hasEtag } = answer;
  return {
    [String(status)]: {
      description,
      headers: z.object({
        'X-Request-Id': requestId,
        ...(hasEtag ? { ETag: etag } : {}),
        ...(routeKey.startsWith('POST ') ? { 'Idempotency-Replayed': replayed } : {}),
      }),
      ...(body ? { content: { 'application/json': { schema: body } } } : {}),
    },
  };
}
