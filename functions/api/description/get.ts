import { documentOfStage } from '../../../contract/openapi/stage-document.ts';
import type { PreparedText } from '../../../contract/route.ts';
import openApiDocument from '../../../docs/openapi.json' with { type: 'json' };
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { prepareText } from '../http/prepared-text.ts';

/**
 * Serves docs/openapi.json, which `npm run docs` writes. It is adapted to the stage and to the address under which it is
 * asked for, once: a stage has one address, or a few.
 */
export function createGetDescription({
  callbackTimeoutMs,
}: Pick<ApiDeps, 'callbackTimeoutMs'>): Handler<'GET /openapi.json'> {
  let latest: { readonly url: string; readonly prepared: PreparedText } | undefined;
  return async ({ ownUrl: url }) => {
    if (latest?.url !== url) latest = { url, prepared: prepareText(describeAt(url)) };
    return { prepared: latest.prepared };
  };

  function describeAt(url: string) {
    const servers = openApiDocument.servers.map((server) => ({ ...server, url }));
    return { ...documentOfStage(openApiDocument, callbackTimeoutMs), servers };
  }
}
