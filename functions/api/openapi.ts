import { createOpenApiDocument } from './contract/document.ts';
import { type ApiResponse, respondJson } from './http.ts';

/** How to call this API, for people and generators alike. Made once, when it is first asked for. */
export function createContractRoutes({ callbackTimeoutMs }: { readonly callbackTimeoutMs: number }) {
  let document: object | undefined;
  return {
    async describe(): Promise<ApiResponse> {
      document ??= createOpenApiDocument(callbackTimeoutMs);
      return respondJson(200, document);
    },
  };
}
