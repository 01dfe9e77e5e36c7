import { randomUUID } from 'node:crypto';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventType } from './account.ts';
import type { Expected } from './callback-checks.ts';
import type { Target } from './target.ts';

/** The `Source` that the documentation asks of the helpdesk. */
const helpdeskSource = 'iomnihub.helpdesk';

/** PutEvents, as the helpdesk calls it. Resolves with what the callbacks of the event must show. */
export async function publish(
  target: Target,
  accountId: string,
  { type, example: data }: EventType,
  signal: AbortSignal,
  source = helpdeskSource,
): Promise<Expected> {
  const event = { id: `evt_e2e_${randomUUID()}`, accountId, data };
  const timestamp = new Date().toISOString();
  const entry = {
    EventBusName: target.eventBusName,
    Source: source,
    DetailType: type,
    Detail: JSON.stringify({ ...event, occurredAt: timestamp }),
  };
  const command = new PutEventsCommand({ Entries: [entry] });
  const { FailedEntryCount, Entries } = await target.eventBridge.send(command, { abortSignal: signal });
  if (FailedEntryCount) throw new Error(`PutEvents refused an event of ${type}: ${JSON.stringify(Entries)}`);
  return { ...event, type, timestamp };
}
