import { type EventType, eventCatalog, eventTypes } from './event-catalog.ts';
import { type OperationalEventType, operationalCatalog, operationalTypes } from './operational-events.ts';

/** What account owners can subscribe to: what the helpdesk publishes, and what happens to their own webhooks. */

export type SubscribableType = EventType | OperationalEventType;

export type SubscribableEntry = (typeof subscribableCatalog)[number];

export const subscribableCatalog = [...eventCatalog, ...operationalCatalog] as const;

export const subscribableTypes: readonly [SubscribableType, ...SubscribableType[]] = [
  ...eventTypes,
  ...operationalTypes,
];

export function isOperational(type: string): type is OperationalEventType {
  return (operationalTypes as readonly string[]).includes(type);
}

export function subscribableEntryOf(type: SubscribableType): SubscribableEntry {
  const entry = subscribableCatalog.find((candidate) => candidate.type === type);
  if (!entry) throw new Error(`event type ${type} is in no catalog`);
  return entry;
}
