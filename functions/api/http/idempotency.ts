import {
  fingerprintRequest,
  hashIdempotencyKey,
  idempotencyKeySchema,
} from '../../../core/accounts/idempotency.ts';
import type { HeldKey, IdempotencyClaim } from '../../../core/accounts/idempotency-store.ts';
import type { LogName } from '../../../core/telemetry.ts';
import type { ApiDeps } from './api-deps.ts';
import type { Caller } from './callers.ts';
import { type Problem, refuseInvalid } from './refusal.ts';
import type { RawRequest } from './request.ts';
import { type ApiResponse, respondProblem } from './response.ts';

type IdempotencyDeps = Pick<ApiDeps, 'idempotency' | 'cipher' | 'telemetry' | 'now' | 'randomBytes'>;

/** Lets a request with an `Idempotency-Key` succeed once: a repeated request gets the same answer again. */
export function createIdempotency(deps: IdempotencyDeps) {
  return async function answerOnce(
    request: RawRequest,
    caller: Caller,
    serve: () => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const given = request.headers['idempotency-key'];
    if (given === undefined) return serve();
    const key = idempotencyKeySchema.safeParse(given);
    if (!key.success) {
      const [issue] = key.error.issues;
      const refusal = refuseInvalid([{ field: 'Idempotency-Key', message: issue?.message ?? '' }]);
      return respondProblem(refusal.problem);
    }
    const claim = {
      accountId: caller.accountId,
      keyHash: hashIdempotencyKey(key.data, ownerOf(caller)),
      fingerprint: fingerprintRequest(request),
      claimId: deps.randomBytes(16).toString('hex'),
    };
    const held = await deps.idempotency.claimKey(claim, deps.now());
    return held === 'claimed' ? serveClaimed(request, claim, serve) : answerHeld(claim, held);
  };

  /** A fault in storing the answer or in releasing the key does not change the answer: it is true, and the lock ends by itself. */
  async function serveClaimed(
    { routeKey, requestId }: RawRequest,
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
    if (fingerprint !== claim.fingerprint) return respondProblem(keyReused);
    if (sealedAnswer === undefined) return respondProblem(stillServed);
    const answer = JSON.parse(await deps.cipher.open(sealedAnswer, contextOf(claim))) as ApiResponse;
    return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
  }
}

const keyReused: Problem = {
  slug: 'idempotency-key-reused',
  detail: 'The first request with this key was another one.',
};
const stillServed: Problem = {
  slug: 'request-in-progress',
  detail: 'The first request with this key has no answer yet.',
  retryAfterSeconds: 1,
};

/**
 * A key belongs to one credential, so that no credential sees another's answers. The backend's sessions change their
 * names, and may repeat each other's requests.
 */
function ownerOf({ actor }: Caller): string {
  return actor.kind === 'backend' ? actor.kind : actor.id;
}

function isSuccess({ statusCode = 0 }: ApiResponse): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function contextOf({ accountId, keyHash }: IdempotencyClaim) {
  return { accountId, idempotencyKey: keyHash };
}
