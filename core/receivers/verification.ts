import { toJsonText } from '../json-text.ts';

/** The type of the call that asks a receiver for its consent. It is not an event, so nobody can subscribe to it. */
export const verificationType = 'webhook.verify';

export interface VerificationRequest {
  readonly id: string;
  readonly accountId: string;
  readonly timestamp: string;
  /** The receiver has to send this back. */
  readonly challenge: string;
}

export function verificationBody({ id, accountId, timestamp, challenge }: VerificationRequest): string {
  return toJsonText({ id, type: verificationType, timestamp, accountId, data: { challenge } }) ?? '';
}

/** True if the response is the challenge, alone or as `{"challenge": "…"}`. */
export function echoesChallenge(response: string, challenge: string): boolean {
  if (response.trim() === challenge) return true;
  try {
    return (JSON.parse(response) as { challenge?: unknown } | null)?.challenge === challenge;
  } catch {
    return false;
  }
}
