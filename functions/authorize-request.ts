import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { type Credential, isGood, lastUsedPrecisionMs, parseAuthorization } from '../core/credential.ts';
import type { AccountStatusLookup, CredentialLookup } from '../core/ports.ts';
import type { AuthorizerContext } from './serve-api.ts';
import type { Telemetry } from './telemetry.ts';

export interface AuthorizerDeps {
  readonly credentials: CredentialLookup;
  readonly accounts: AccountStatusLookup;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

export type AuthorizerResult = APIGatewaySimpleAuthorizerWithContextResult<Partial<AuthorizerContext>>;

/**
 * Called by AWS: who is behind an Authorization header. API Gateway caches the answer by the whole header. A suspended
 * account passes with its status, so that the API can say what is the matter instead of calling the key a bad one.
 */
export function createAuthorizer({ credentials, accounts, telemetry, now }: AuthorizerDeps) {
  return async function authorize(event: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult> {
    const presented = parseAuthorization(event.headers?.['authorization']);
    if (!presented) return refused;
    const credential = await credentials.findCredential(presented.id);
    if (!credential || !isGood(credential, presented, now())) return refused;
    const { accountId, role, kind, id } = credential;
    const [accountStatus] = await Promise.all([accounts.findAccountStatus(accountId), noteUse(credential)]);
    return {
      isAuthorized: true,
      context: { accountId, accountStatus, role, credentialKind: kind, credentialId: id },
    };
  };

  async function noteUse({ id, lastUsedAt }: Credential): Promise<void> {
    if (lastUsedAt && now().getTime() - new Date(lastUsedAt).getTime() < lastUsedPrecisionMs) return;
    try {
      await credentials.noteUse(id, now());
    } catch (error) {
      // Nobody must be locked out because a note could not be written.
      telemetry.error('credential.unnoted', { credentialId: id, error });
    }
  }
}

const refused: AuthorizerResult = { isAuthorized: false, context: {} };
