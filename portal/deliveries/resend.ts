import { ApiFailure } from '../api/problem.ts';
import { api } from '../session/session.ts';

/** Sends a delivery again. Returns why not, if it could not. */
export async function resend(id: string): Promise<ApiFailure | undefined> {
  try {
    await api('POST /deliveries/{id}/retry', { path: { id } }, { idempotencyKey: crypto.randomUUID() });
    return undefined;
  } catch (error) {
    if (error instanceof ApiFailure) return error;
    throw error;
  }
}
