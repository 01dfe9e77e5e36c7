import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import {
  type Credential,
  isGood,
  lastUsedPrecisionMs,
  parseAuthorization,
} from '../../core/accounts/credential.ts';
import type { CredentialLookup } from '../../core/accounts/credential-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { AuthorizerContext } from '../api/http/request.ts';

export interface AuthorizerDeps {
  readonly credentials: CredentialLookup;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

export type AuthorizerResult = APIGatewaySimpleAuthorizerWithContextResult<Partial<AuthorizerContext>>;

/**
 * Called by AWS: finds the credential behind an Authorization header. API Gateway caches the answer by the whole
 * header, for longer than an account's status may be out of date, so the API checks the status itself.
 *
 * A request without a good credential is let through without a name: if the gateway refused it, the caller would get
 * `403 {"message":"Forbidden"}` for a misspelt key. The API refuses whoever has no name.
 */
export function createAuthorizer({ credentials, telemetry, now }: AuthorizerDeps) {
  return async function authorize(event: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult> {
    const presented = parseAuthorization(event.headers?.['authorization']);
    if (!presented) return nobody;
    const credential = await credentials.findCredential(presented.id);
    if (!credential || !isGood(credential, presented, now())) return nobody;
    const { accountId, capabilities, kind, id } = credential;
    await recordUse(credential);
    return {
      isAuthorized: true,
      context: { accountId, capabilities, credentialKind: kind, credentialId: id },
    };
  };

  async function recordUse({ id, lastUsedAt }: Credential): Promise<void> {
    if (lastUsedAt && now().getTime() - new Date(lastUsedAt).getTime() < lastUsedPrecisionMs) return;
    try {
      await credentials.recordUse(id, now());
    } catch (error) {
      // A user must not be locked out because the use of a key could not be recorded.
      telemetry.error('credential.unrecorded', { credentialId: id, error });
    }
  }
}

const nobody: AuthorizerResult = { isAuthorized: true, context: {} };
