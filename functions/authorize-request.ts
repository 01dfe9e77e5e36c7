import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { apiKeyMatches, parseAuthorization } from '../core/api-key.ts';
import type { ApiKeyStore } from '../core/ports.ts';
import type { AuthorizerContext } from './serve-api.ts';

export type AuthorizerResult = APIGatewaySimpleAuthorizerWithContextResult<Partial<AuthorizerContext>>;

/** Called by AWS: who is behind an Authorization header. API Gateway caches the answer by the whole header. */
export function createAuthorizer({ apiKeys }: { readonly apiKeys: ApiKeyStore }) {
  return async function authorize(event: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult> {
    const credentials = parseAuthorization(event.headers?.['authorization']);
    if (!credentials) return refused;
    const record = await apiKeys.findApiKey(credentials.id);
    if (!record || !apiKeyMatches(record, credentials.secret)) return refused;
    return { isAuthorized: true, context: { accountId: record.accountId, role: record.role } };
  };
}

const refused: AuthorizerResult = { isAuthorized: false, context: {} };
