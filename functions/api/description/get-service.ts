import openApiDocument from '../../../docs/openapi.json' with { type: 'json' };
import type { Handler } from '../http/handler.ts';

const { title: name, version, description } = openApiDocument.info;

/** For whoever opens the API's address and wonders what is there. */
export function createGetService(): Handler<'GET /'> {
  return async ({ ownUrl }) => ({
    body: {
      name,
      version,
      description,
      openapi: `${ownUrl}/openapi.json`,
      authorization: 'Authorization: Bearer <API key>. iOmniHub issues API keys.',
      documentation:
        'README.md, docs/integrating.md and docs/receiving.md in the repository of iOmniHub Webhooks',
    },
  });
}
