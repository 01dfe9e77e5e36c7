import type { Routes } from '../../contract/routes.ts';
import type { BodyOf, ItemOf } from '../api/route-shapes.ts';

/** An entry of the audit log, as the session may see it. */
export type Entry = ItemOf<'GET /audit-log'>;
export type AuditedAction = Entry['action'];
export type EntryActor = Entry['actor'];

/** Headers have an entry of their own, and `parked` is no setting. */
export type ChangedField = Exclude<keyof BodyOf<Routes['PATCH /subscriptions/{id}']>, 'headers' | 'parked'>;
