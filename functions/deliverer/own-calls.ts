import type { DeliveryInWork } from '../../core/deliveries/delivery.ts';
import { drillType } from '../../core/receivers/drill.ts';
import { verificationType } from '../../core/receivers/verification.ts';
import type { SubscriptionCheck } from './check-subscription.ts';
import { createDrill } from './drill.ts';
import type { Ending } from './ending.ts';
import { createVerification, type VerificationDeps } from './verification.ts';

type OwnCall = (work: DeliveryInWork) => Promise<Ending>;

/** The calls that deliver no event, by the type of their delivery. */
export function createOwnCalls(
  deps: VerificationDeps,
  checkSubscription: SubscriptionCheck,
): ReadonlyMap<string, OwnCall> {
  return new Map([
    [verificationType, createVerification(deps)],
    [drillType, createDrill(deps, checkSubscription)],
  ]);
}
