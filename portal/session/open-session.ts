import { ApiFailure } from '../api/problem.ts';
import { api, endSession, hasToken, keepToken, playground, session } from './session.ts';

const patienceMs = 3_000;

/** Exchanges the code of the link, if the page was opened by one. Otherwise goes on with the session of this tab. */
export async function openSession(code: string | undefined): Promise<void> {
  if (code !== undefined && !(await exchange(code))) return;
  if (!hasToken()) return endSession('no-link');
  await readSession();
}

/** Once only: a code is good for one exchange. */
async function exchange(code: string): Promise<boolean> {
  try {
    const { body } = await api('POST /portal-session', { body: { code } });
    keepToken(body.token);
    return true;
  } catch (error) {
    if (error instanceof ApiFailure && error.slug === 'offline') session.value = { kind: 'offline' };
    else endSession('link-used');
    return false;
  }
}

/** Tries again as long as no answer comes. */
async function readSession(): Promise<void> {
  try {
    const [{ body }, found] = await Promise.all([api('GET /portal-session'), playground.find()]);
    session.value = { kind: 'open', ...body, hasPlayground: found !== undefined };
  } catch (error) {
    if (error instanceof ApiFailure && error.slug === 'unauthorized') return;
    session.value = { kind: 'offline' };
    setTimeout(() => void readSession(), patienceMs);
  }
}
