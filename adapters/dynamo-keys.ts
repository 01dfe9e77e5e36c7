import type { DeliveryRef } from '../core/delivery.ts';

/**
 * Every key of the table, in one place. All but API keys start with the account, which comes from an authorizer or
 * from an event's own envelope, so that no identifier can reach into another account.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export function subscriptionKey(accountId: string, subscriptionId: string): Key {
  return { pk: `A#${accountId}`, sk: `${subscriptionPrefix}${subscriptionId}` };
}
export const subscriptionPrefix = 'S#';

export function eventKey(accountId: string, eventId: string): Key {
  return { pk: `A#${accountId}#E#${eventId}`, sk: 'E' };
}

export function deliveryKey(ref: DeliveryRef): Key {
  return { pk: deliveriesOf(ref), sk: `D#${ref.acceptedAt}#${ref.eventId}` };
}

/** Under the delivery's partition but apart from the deliveries, so that listing those reads nothing else. */
export function attemptKey(ref: DeliveryRef, startedAt: string): Key {
  return { pk: deliveriesOf(ref), sk: `T#${ref.acceptedAt}#${ref.eventId}#${startedAt}` };
}

/** The authorizer knows nothing but the key's identifier. */
export function apiKeyKey(keyId: string): Key {
  return { pk: `K#${keyId}`, sk: 'K' };
}

function deliveriesOf(ref: DeliveryRef): string {
  return `A#${ref.accountId}#S#${ref.subscriptionId}`;
}
