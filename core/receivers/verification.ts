import { toJsonText } from '../json-text.ts';

/** Of the call that asks a receiver whether it wants callbacks; no event that anyone can subscribe to. */
export const verificationType = 'webhook.verify';

export interface VerificationRequest {
  readonly id: string;
  readonly accountId: string;
  readonly timestamp: string;
  /** What the receiver has to answer with. */
  readonly challenge: string;
}

export function verificationBody({ id, accountId, timestamp, challenge }: VerificationRequest): string {
  return toJsonText({ id, type: verificationType, timestamp, accountId, data: { challenge } }) ?? '';
}

/** Does the answer hold the challenge: alone, or as `{"challenge": "…"}`? */
export function echoesChallenge(response: string, challenge: string): boolean {
  if (response.trim() === challenge) return true;
  try {
    return (JSON.parse(response) as { challenge?: unknown } | null)?.challenge === challenge;
  } catch {
    return false;
  }
}
