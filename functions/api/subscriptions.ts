import { identifierSchema } from '../../core/identifiers.ts';
import type { SecretCipher, SubscriptionStore } from '../../core/ports.ts';
import { formatSecret } from '../../core/signature.ts';
import {
  maxSubscriptionsPerAccount,
  newSubscriptionSchema,
  presentSubscription,
  type Subscription,
  subscriptionCacheMs,
} from '../../core/subscription.ts';
import {
  type AccountRequest,
  type ApiResponse,
  parseBody,
  respondJson,
  respondNotFound,
  respondProblem,
} from './http.ts';

export interface SubscriptionRouteDeps {
  readonly subscriptions: SubscriptionStore;
  readonly cipher: SecretCipher;
  readonly allowPrivateCallbacks: boolean;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

export function createSubscriptionRoutes(deps: SubscriptionRouteDeps) {
  const newSubscription = newSubscriptionSchema(deps);
  const effectiveAt = () => new Date(deps.now().getTime() + subscriptionCacheMs).toISOString();

  return {
    async create(request: AccountRequest): Promise<ApiResponse> {
      const { accountId } = request;
      const parsed = parseBody(request, newSubscription);
      if ('problem' in parsed) return parsed.problem;
      const existing = await deps.subscriptions.listSubscriptions(accountId);
      if (existing.length >= maxSubscriptionsPerAccount) {
        const limit = `An account has at most ${maxSubscriptionsPerAccount} subscriptions; delete one first.`;
        return respondProblem(409, 'too-many-subscriptions', limit);
      }
      const id = `sub_${deps.randomBytes(12).toString('hex')}`;
      const secret = formatSecret(deps.randomBytes(32));
      const createdAt = deps.now().toISOString();
      const subscription: Subscription = {
        ...parsed.body,
        accountId,
        id,
        status: 'enabled',
        secrets: [{ sealed: await deps.cipher.seal(secret, { accountId, subscriptionId: id }), createdAt }],
        createdAt,
        updatedAt: createdAt,
      };
      await deps.subscriptions.createSubscription(subscription);
      return respondJson(201, { ...presentSubscription(subscription), secret, effectiveAt: effectiveAt() });
    },

    async list({ accountId }: AccountRequest): Promise<ApiResponse> {
      const subscriptions = await deps.subscriptions.listSubscriptions(accountId);
      return respondJson(200, { items: subscriptions.map(presentSubscription), nextCursor: null });
    },

    async get({ accountId, pathParameters }: AccountRequest): Promise<ApiResponse> {
      const id = identifierSchema.safeParse(pathParameters['id']);
      const subscription = id.success && (await deps.subscriptions.findSubscription(accountId, id.data));
      return subscription
        ? respondJson(200, presentSubscription(subscription))
        : respondNotFound('subscription');
    },

    async remove({ accountId, pathParameters }: AccountRequest): Promise<ApiResponse> {
      const id = identifierSchema.safeParse(pathParameters['id']);
      const existed = id.success && (await deps.subscriptions.deleteSubscription(accountId, id.data));
      return existed ? respondJson(200, { effectiveAt: effectiveAt() }) : respondNotFound('subscription');
    },
  };
}
