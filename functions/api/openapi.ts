import { type ApiResponse, respondJson } from './http.ts';
import { openApiDocument } from './openapi-document.ts';

/** How to call this API, for people and generators alike. */
export async function describeApi(): Promise<ApiResponse> {
  return respondJson(200, openApiDocument());
}
