import { documentOfStage } from '../../../contract/openapi/stage-document.ts';
import openApiDocument from '../../../docs/openapi.json' with { type: 'json' };
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';

/** Serves docs/openapi.json, which `npm run docs` writes. It is adapted to the stage when it is first asked for. */
export function createGetDescription({
  callbackTimeoutMs,
}: Pick<ApiDeps, 'callbackTimeoutMs'>): Handler<'GET /openapi.json'> {
  let body: typeof openApiDocument | undefined;
  return async () => {
    body ??= documentOfStage(openApiDocument, callbackTimeoutMs);
    return { body };
  };
}
