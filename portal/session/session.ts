import { computed, signal } from '@preact/signals';
import { createApi } from '../api/api.ts';
import { forgetAll } from '../api/resource.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';
import { createPlaygroundApi } from '../playground/playground-api.ts';
import { createTokenStore } from './token-store.ts';

/**
 * The session of the page. `opening`: its link or token is being checked. `none`: there is none, or it has ended; a new
 * link is needed.
 */
export type SessionState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'none'; readonly reason: NoSessionReason }
  | { readonly kind: 'offline' }
  | ({ readonly kind: 'open' } & OpenSession);

export type NoSessionReason = 'no-link' | 'link-used' | 'ended' | 'suspended' | 'signed-out';

export type OpenSession = RouteAnswer<'GET /portal-session'> & {
  /** True in the local run. */
  readonly hasPlayground: boolean;
};

export const session = signal<SessionState>({ kind: 'opening' });

const tokens = createTokenStore(() => sessionStorage);

export const api = createApi({
  token: tokens.read,
  fetch: (...request) => fetch(...request),
  onUnauthorized: () => endSession('ended'),
});

export const playground = createPlaygroundApi(tokens.read);

export function keepToken(token: string): void {
  tokens.write(token);
}

export function hasToken(): boolean {
  return tokens.read() !== undefined;
}

/** Takes away what the page shows of a session before. */
export function startOpening(): void {
  forgetAll();
  session.value = { kind: 'opening' };
}

export function endSession(reason: NoSessionReason): void {
  tokens.write(undefined);
  forgetAll();
  session.value = { kind: 'none', reason };
}

/** On a computer that others use too, nobody goes on with the session. */
export async function signOut(): Promise<void> {
  // Without an answer, at least this tab forgets it.
  await api('DELETE /portal-session').catch(() => undefined);
  endSession('signed-out');
}

/** What the session may do. The API decides; the page only leaves out what would be refused. */
export const mayManage = computed(() => may('manage'));
export const maySeeSecrets = computed(() => may('secrets'));

function may(capability: OpenSession['capabilities'][number]): boolean {
  return session.value.kind === 'open' && session.value.capabilities.includes(capability);
}
