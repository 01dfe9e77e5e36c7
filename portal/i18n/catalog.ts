import type { problems } from './en/problems.ts';
import type { common, shell } from './en/shell.ts';
import type { webhooks } from './en/webhooks.ts';

/** Every text of the page. A language in which one is missing does not compile. */
export interface Catalog {
  readonly common: typeof common;
  readonly shell: typeof shell;
  readonly problems: typeof problems;
  readonly webhooks: typeof webhooks;
}
