import * as z from 'zod';
import { formatApiKey, hashApiKeySecret } from '../../core/api-key.ts';
import { identifierSchema } from '../../core/identifiers.ts';
import type { ApiKeyStore } from '../../core/ports.ts';
import { type ApiRequest, type ApiResponse, parseBody, respondJson, respondProblem } from './http.ts';

export interface ApiKeyRouteDeps {
  readonly apiKeys: ApiKeyStore;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

const newApiKeySchema = z.strictObject({
  role: z.enum(['read', 'manage']).default('manage'),
  description: z.string().max(200).default(''),
});

/** Only the helpdesk backend issues keys: it knows which person may act for which account. */
export function createApiKeyRoutes(deps: ApiKeyRouteDeps) {
  return {
    async create(request: ApiRequest): Promise<ApiResponse> {
      const accountId = identifierSchema.safeParse(request.pathParameters['accountId']);
      if (!accountId.success) {
        return respondProblem(
          400,
          'invalid-request',
          'accountId must be 1 to 64 letters, digits, "_" or "-".',
        );
      }
      const parsed = parseBody({ ...request, body: request.body || '{}' }, newApiKeySchema);
      if ('problem' in parsed) return parsed.problem;
      const id = deps.randomBytes(12).toString('hex');
      const secret = deps.randomBytes(32).toString('base64url');
      const shown = { id, accountId: accountId.data, ...parsed.body, createdAt: deps.now().toISOString() };
      await deps.apiKeys.createApiKey({ ...shown, secretHash: hashApiKeySecret(secret) });
      return respondJson(201, { ...shown, key: formatApiKey(id, secret) });
    },
  };
}
