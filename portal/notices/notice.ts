import type { describeNotice } from '../../contract/notices.ts';
import type { ItemOf } from '../api/route-shapes.ts';

/** An event about a webhook of the account, as the list of events has it. */
export type NoticeEvent = ItemOf<'GET /events'>;

/** What its callback tells. Told apart by `type`. */
export type Told = TypeAndData<ReturnType<typeof describeNotice>>;
export type NoticeType = Told['type'];

type TypeAndData<Event> = Event extends { readonly type: infer Type; readonly data: infer Data }
  ? { readonly type: Type; readonly data: Data }
  : never;

/** A notice with what it tells, for whoever reads it. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly told: Told;
}

/** All types of notices. */
export const noticeSelector = 'webhook.*';

/** False for the example that a test of a webhook sends. */
export function isReal({ isTest }: NoticeEvent): boolean {
  return !isTest;
}
