import { type DeliveryRef, deliveryIdOf } from './delivery.ts';

export interface CallbackFacts {
  /** From 1. It counts all attempts of the delivery, also those before it was sent again. */
  readonly attempt: number;
  /** True for a test that an account owner asked for. */
  readonly isTest: boolean;
}

/**
 * What a callback says of itself in headers that no secret signs. Where several subscriptions have one URL, the receiver
 * learns from them which secret to verify with.
 */
export function describeCallback(
  delivery: DeliveryRef,
  { attempt, isTest }: CallbackFacts,
): Record<string, string> {
  return {
    'iomnihub-subscription-id': delivery.subscriptionId,
    'iomnihub-delivery-id': deliveryIdOf(delivery),
    'iomnihub-event-type': delivery.eventType,
    'iomnihub-attempt': String(attempt),
    ...(isTest ? { 'iomnihub-test': 'true' } : {}),
  };
}
