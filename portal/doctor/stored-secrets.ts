import type { KnownSecret } from '../../client/receiver/key-variants.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';

/** The secrets of a webhook as the doctor takes them, the current one first. */
export function knownSecretsOf(
  subscriptionId: string,
  { secret, previous }: RouteAnswer<'GET /subscriptions/{id}/secret'>,
): readonly KnownSecret[] {
  return [
    { secret, of: 'current', subscriptionId },
    ...previous.map((one) => ({ secret: one.secret, of: 'current' as const, subscriptionId })),
  ];
}
