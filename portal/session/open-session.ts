import { ApiFailure, type FailureSlug } from '../api/problem.ts';
import { api, endSession, hasToken, keepToken, playground, session, startOpening } from './session.ts';

const pauseMs = 3_000;

/**
 * Exchanges the code of the link, if the page was opened by one. Otherwise goes on with the session of this tab. Nothing
 * of an earlier session stays.
 */
export async function openSession(code: string | undefined): Promise<void> {
  startOpening();
  if (code !== undefined && !(await exchange(code))) return;
  if (!hasToken()) return endSession('no-link');
  try {
    const [{ body }, found] = await patiently(() =>
      Promise.all([api('GET /portal-session'), playground.find()]),
    );
    session.value = { kind: 'open', ...body, hasPlayground: found !== undefined };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    endSession(error.slug === 'account-suspended' ? 'suspended' : 'ended');
  }
}

async function exchange(code: string): Promise<boolean> {
  try {
    const { body } = await patiently(() => api('POST /portal-session', { body: { code } }));
    keepToken(body.token);
    return true;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    endSession('link-used');
    return false;
  }
}

/** The code or the token may be good all the same. */
const passing: readonly FailureSlug[] = ['offline', 'too-many-requests', 'internal-error', 'unknown'];

/** Tries again as long as no answer says that it is in vain. */
async function patiently<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiFailure) || !passing.includes(error.slug)) throw error;
      session.value = { kind: 'offline' };
    }
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}
