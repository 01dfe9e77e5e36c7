import * as z from 'zod';
import { formatSecret } from '../../core/deliveries/signature.ts';
import type { SecretCipher } from '../../core/secret-cipher.ts';
import { liveSecrets, rotateSecrets } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { contextOf } from '../receivers/call-receiver.ts';
import type { Audit } from './audit-log.ts';
import { changeRequested, findRequested } from './change-subscription.ts';
import { type AccountRequest, type ApiResponse, parseOptionalBody, respondJson } from './http.ts';
import { effectiveAfter } from './written-subscription.ts';

export interface SecretRouteDeps {
  readonly subscriptions: SubscriptionStore;
  readonly cipher: SecretCipher;
  readonly cacheMs: number;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

const overlapError = 'must be a whole number of seconds from 60 to 604800';
export const rotationSchema = z.strictObject({
  overlapSeconds: z
    .int(overlapError)
    .min(60, overlapError)
    .max(7 * 86_400, overlapError)
    .default(86_400),
});

/** Signing secrets leave us through these two answers and the one that creates a subscription. */
export function createSecretRoutes(deps: SecretRouteDeps, audit: Audit) {
  return {
    async reveal(request: AccountRequest): Promise<ApiResponse> {
      const found = await findRequested(deps.subscriptions, request);
      if ('problem' in found) return found.problem;
      const { subscription } = found;
      await audit(request, request.accountId, 'secret.revealed', { subscriptionId: subscription.id });
      const [current, ...previous] = await Promise.all(
        liveSecrets(subscription, deps.now()).map(async ({ sealed, ...times }) => ({
          secret: await deps.cipher.open(sealed, contextOf(subscription)),
          ...times,
        })),
      );
      return respondJson(200, { ...current, previous });
    },

    async rotate(request: AccountRequest): Promise<ApiResponse> {
      const parsed = parseOptionalBody(request, rotationSchema);
      if ('problem' in parsed) return parsed.problem;
      const { overlapSeconds } = parsed.body;
      const secret = formatSecret(deps.randomBytes(32));
      const now = deps.now();
      let audited: Promise<void> | undefined;
      const changed = await changeRequested(deps, request, async (seen) => {
        const sealed = await deps.cipher.seal(secret, contextOf(seen));
        const secrets = rotateSecrets(seen, sealed, overlapSeconds, now);
        audited ??= audit(request, seen.accountId, 'secret.rotated', {
          subscriptionId: seen.id,
          details: { overlapSeconds },
        });
        await audited;
        return { subscription: { ...seen, secrets } };
      });
      if ('problem' in changed) return changed.problem;
      const effectiveAt = effectiveAfter(deps);
      const [, outgoing] = changed.subscription.secrets;
      return respondJson(200, { secret, previousExpiresAt: outgoing?.expiresAt ?? null, effectiveAt });
    },
  };
}
