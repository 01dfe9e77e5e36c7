import {
  fingerprintRequest,
  hashIdempotencyKey,
  idempotencyKeySchema,
} from '../../core/accounts/idempotency.ts';
import type { HeldKey, IdempotencyClaim, IdempotencyStore } from '../../core/accounts/idempotency-store.ts';
import type { SecretCipher } from '../../core/secret-cipher.ts';
import type { LogName } from '../../core/telemetry-names.ts';
import type { Telemetry } from '../telemetry.ts';
import { type ApiRequest, type ApiResponse, respondInvalid, respondProblem } from './http.ts';

export interface IdempotencyDeps {
  readonly idempotency: IdempotencyStore;
  readonly cipher: SecretCipher;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** Lets a POST with an `Idempotency-Key` succeed once: who repeats it gets the same answer again. */
export function createIdempotency(deps: IdempotencyDeps) {
  return async function answerOnce(
    request: ApiRequest,
    accountId: string,
    serve: () => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const given = request.headers['idempotency-key'];
    if (given === undefined || !request.routeKey.startsWith('POST ')) return serve();
    const key = idempotencyKeySchema.safeParse(given);
    if (!key.success) {
      const [issue] = key.error.issues;
      return respondInvalid([{ field: 'Idempotency-Key', message: issue?.message ?? '' }]);
    }
    const claim = {
      accountId,
      keyHash: hashIdempotencyKey(key.data, callerOf(request)),
      fingerprint: fingerprintRequest(request),
      claimId: deps.randomBytes(16).toString('hex'),
    };
    const held = await deps.idempotency.claimKey(claim, deps.now());
    return held === 'claimed' ? serveClaimed(request, claim, serve) : answerHeld(claim, held);
  };

  /** A fault in keeping the answer or in giving the key free changes no answer: it is true, and the lock ends by itself. */
  async function serveClaimed(
    { routeKey, requestId }: ApiRequest,
    claim: IdempotencyClaim,
    serve: () => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const report = (name: LogName<'error'>) => (error: unknown) =>
      deps.telemetry.error(name, { routeKey, requestId, accountId: claim.accountId, error });
    const giveFree = () => deps.idempotency.releaseKey(claim).catch(report('idempotency-key.unreleased'));

    const answer = await serve().catch(async (error: unknown) => {
      await giveFree();
      throw error;
    });
    await (isSuccess(answer) ? keepAnswer(claim, answer).catch(report('answer.unstored')) : giveFree());
    return answer;
  }

  async function keepAnswer(claim: IdempotencyClaim, answer: ApiResponse): Promise<void> {
    const sealed = await deps.cipher.seal(JSON.stringify(answer), contextOf(claim));
    const isStored = await deps.idempotency.storeAnswer(claim, sealed);
    if (!isStored) throw new Error('another request has taken the key over');
  }

  async function answerHeld(
    claim: IdempotencyClaim,
    { fingerprint, sealedAnswer }: HeldKey,
  ): Promise<ApiResponse> {
    if (fingerprint !== claim.fingerprint) {
      return respondProblem('idempotency-key-reused', 'The first request with this key was another one.');
    }
    if (sealedAnswer === undefined) {
      const problem = respondProblem(
        'request-in-progress',
        'The first request with this key has no answer yet.',
      );
      return { ...problem, headers: { ...problem.headers, 'retry-after': '1' } };
    }
    const answer = JSON.parse(await deps.cipher.open(sealedAnswer, contextOf(claim))) as ApiResponse;
    return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
  }
}

/** No credential learns what another was told. The backend's sessions have names of their own, and repeat each other's. */
function callerOf({ actor }: ApiRequest): string {
  return actor.kind === 'backend' ? actor.kind : actor.id;
}

function isSuccess({ statusCode = 0 }: ApiResponse): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function contextOf({ accountId, keyHash }: IdempotencyClaim) {
  return { accountId, idempotencyKey: keyHash };
}
