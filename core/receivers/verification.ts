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

/** True if the response is the challenge, as plain text, as a JSON string or as `{"challenge": "…"}`. */
export function echoesChallenge(response: string, challenge: string): boolean {
  // Trimming also removes a byte order mark, which JSON.parse refuses.
  const text = response.trim();
  if (text === challenge) return true;
  try {
    const json: unknown = JSON.parse(text);
    return json === challenge || (json as { readonly challenge?: unknown } | null)?.challenge === challenge;
  } catch {
    return false;
  }
}
