import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';

/** For whoever opens the API's address and wonders what is there. */
export function createGetService({ readDescription }: Pick<ApiDeps, 'readDescription'>): Handler<'GET /'> {
  return async ({ ownUrl }) => {
    const { title: name, version, description } = (await readDescription()).info;
    return {
      body: {
        name,
        version,
        description,
        openapi: `${ownUrl}/openapi.json`,
        authorization: 'Authorization: Bearer <API key>. iOmniHub issues API keys.',
        documentation:
          'README.md, docs/integrating.md and docs/receiving.md in the repository of iOmniHub Webhooks',
      },
    };
  };
}
