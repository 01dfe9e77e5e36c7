import {
  type Diagnosis,
  diagnoseSignature,
  type SuspectCallback,
} from '../../client/receiver/diagnose-signature.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';

/**
 * Examines a callback with the secrets that iOmniHub has of its webhook. During a rotation these are several: each is
 * the right one for a callback that it has signed.
 */
export function diagnoseWithStored(
  callback: Omit<SuspectCallback, 'secret'>,
  subscriptionId: string,
  { secret, previous }: RouteAnswer<'GET /subscriptions/{id}/secret'>,
  now: Date,
): Diagnosis {
  const secrets = [secret, ...previous.map((one) => one.secret)];
  const knownSecrets = secrets.map((one) => ({ secret: one, of: 'current' as const, subscriptionId }));
  const diagnoses = secrets.map((one) =>
    diagnoseSignature({ ...callback, secret: one }, { now, knownSecrets }),
  );
  const fitting = diagnoses.find(({ findings }) => findings.every(({ code }) => code !== 'secret-wrong'));
  return (fitting ?? diagnoses[0]) as Diagnosis;
}
