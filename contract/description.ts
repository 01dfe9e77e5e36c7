import * as z from 'zod';
import { declareRoutes } from './route.ts';

const serviceView = z
  .object({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    openapi: z.string().meta({ description: 'Where the OpenAPI document is.' }),
    authorization: z.string().meta({ description: 'What requests to all other routes need.' }),
    documentation: z.string().meta({ description: 'Where to read on.' }),
  })
  .meta({ id: 'Service' });

export const descriptionRoutes = declareRoutes({
  'GET /': {
    operationId: 'getService',
    access: 'public',
    summary: 'Read what this is',
    tag: 'Contract',
    answer: { status: 200, description: 'Its name, and where to go from here.', body: serviceView },
  },
  'GET /openapi.json': {
    operationId: 'getContract',
    access: 'public',
    summary: 'Read the description of the API (OpenAPI 3.1)',
    description:
      'This document. Its `webhooks` are the callbacks that receivers get. It may be kept for an hour, and is then sent again only if its `ETag` is another one (`If-None-Match`).',
    tag: 'Contract',
    answer: {
      status: 200,
      description: 'The document.',
      body: z.looseObject({ openapi: z.string() }),
      isPrepared: true,
    },
  },
});
