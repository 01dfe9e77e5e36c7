import { documentOfStage } from '../../../contract/openapi/stage-document.ts';
import type { PreparedText } from '../../../contract/route.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { prepareText } from '../http/prepared-text.ts';

/**
 * Serves docs/openapi.json, which `npm run docs` writes. It is read when it is first asked for, and adapted to the stage
 * and to the address under which that was, once: a stage has one address, or a few.
 */
export function createGetDescription({
  callbackTimeoutMs,
  readDescription,
}: Pick<ApiDeps, 'callbackTimeoutMs' | 'readDescription'>): Handler<'GET /openapi.json'> {
  let latest: { readonly url: string; readonly prepared: PreparedText } | undefined;
  return async ({ ownUrl: url }) => {
    if (latest?.url !== url) latest = { url, prepared: prepareText(await describeAt(url)) };
    return { prepared: latest.prepared };
  };

  async function describeAt(url: string) {
    const openApiDocument = await readDescription();
    const servers = openApiDocument.servers.map((server) => ({ ...server, url }));
    return { ...documentOfStage(openApiDocument, callbackTimeoutMs), servers };
  }
}
