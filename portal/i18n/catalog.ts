import type { changes } from './en/changes.ts';
import type { charts } from './en/charts.ts';
import type { deliveries } from './en/deliveries.ts';
import type { doctor } from './en/doctor.ts';
import type { drill } from './en/drill.ts';
import type { events } from './en/events.ts';
import type { created, form } from './en/form.ts';
import type { notices } from './en/notices.ts';
import type { playground } from './en/playground.ts';
import type { problems } from './en/problems.ts';
import type { common, shell } from './en/shell.ts';
import type { webhook } from './en/webhook.ts';
import type { webhooks } from './en/webhooks.ts';
import type { Sentences } from './sentences.ts';

/** Every text of the page. A language in which one is missing does not compile. */
export interface Catalog {
  readonly common: typeof common;
  readonly shell: typeof shell;
  readonly problems: typeof problems;
  readonly webhooks: typeof webhooks;
  readonly webhook: typeof webhook;
  readonly created: typeof created;
  readonly form: typeof form;
  readonly deliveries: typeof deliveries;
  readonly changes: typeof changes;
  readonly charts: typeof charts;
  readonly events: typeof events;
  readonly doctor: typeof doctor;
  readonly drill: typeof drill;
  readonly notices: typeof notices;
  readonly playground: typeof playground;
  /** The API says them in English, so the English catalog has only those that the page says differently. */
  readonly sentences: Partial<Sentences>;
}
