import * as z from 'zod';
import { declareRoutes } from './route.ts';

export const descriptionRoutes = declareRoutes({
  'GET /openapi.json': {
    operationId: 'getContract',
    access: 'public',
    summary: 'Read the description of the API (OpenAPI 3.1)',
    description: 'This document. Its `webhooks` are the callbacks that receivers get.',
    tag: 'Contract',
    answer: { status: 200, description: 'The document.', body: z.looseObject({ openapi: z.string() }) },
  },
});
