import * as z from 'zod';
import { declareRoutes } from './route.ts';

export const descriptionRoutes = declareRoutes({
  'GET /openapi.json': {
    operationId: 'getContract',
    access: 'public',
    summary: 'Read this document',
    description:
      'All of the API as OpenAPI 3.1, with the callbacks that receivers get as `webhooks`. No key is needed.',
    tag: 'Contract',
    answer: { status: 200, description: 'The document.', body: z.looseObject({ openapi: z.string() }) },
  },
});
