/** Keeps the session's token for a reload of this tab. Where a frame may not store, it lives until the page is left. */
export interface TokenStore {
  read(): string | undefined;
  write(token: string | undefined): void;
}

const key = 'iomnihub-webhooks-session';

/** `storage` may throw: browsers forbid it to some embedded pages, even to look at. */
export function createTokenStore(storage: () => Storage): TokenStore {
  let inMemory: string | undefined;
  return {
    read: () => inMemory ?? attempt(() => storage().getItem(key)) ?? undefined,
    write: (token) => {
      inMemory = token;
      attempt(() => (token === undefined ? storage().removeItem(key) : storage().setItem(key, token)));
    },
  };
}

function attempt<Value>(use: () => Value): Value | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
