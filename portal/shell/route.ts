import { computed, signal } from '@preact/signals';

/**
 * Where in the page its owner is. It stands in the fragment of the address, as in `#/webhooks/sub_1`: the page needs
 * nothing of its server, and no log on the way holds the ids of an account.
 */
export interface Route {
  /** Decoded: `['webhooks', 'sub_1']`. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

const fragment = signal('');

export const route = computed(() => parseRoute(fragment.value));

export function startRouting(): void {
  addEventListener('hashchange', readFragment);
  readFragment();
}

function readFragment(): void {
  fragment.value = location.hash;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  return {
    parts: path.split('/').filter(Boolean).map(decode),
    query: new URLSearchParams(query),
  };
}

/** The address of a place in the page. */
export function linkTo(
  parts: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  return `#/${parts.map(encodeURIComponent).join('/')}${search}`;
}

/** `replace` leaves no step in the history, for what is no place of its own, such as a filter. */
export function goTo(link: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', link);
  else history.pushState(null, '', link);
  fragment.value = link;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
