import { deflateSync, inflateSync } from 'node:zlib';
import type { PlannedDelivery } from '../core/deliveries/planning.ts';

/** The part of an event's item that grows with the body and with the account's subscriptions. */
export interface EventContent {
  readonly plan: readonly PlannedDelivery[];
  readonly body: string;
}

/**
 * What most contents have in common, from which they are compressed: the frequent parts stand last. It saves about 240
 * bytes of an item, so that one with a body of about 1.5 KB costs one write unit. Stored items need it letter by letter,
 * so it never changes. A better one would be a second one: the header of each content tells which it was made with
 * (RFC 1950, DICTID).
 */
const dictionary = Buffer.from(
  [
    '"account-suspended""not-subscribed""disabled""pending""contentType":"","sizeBytes":"clientId":"',
    '"tagsAdded":[],"tagsRemoved":[]"locale":"en-US","loyalty"reopening":{"reason":"customer_replied","reopenedAt":"',
    '"previouslyResolvedAt":"20"resolution":{"code":null,"note":null,"resolvedAt":"20","timeToFirstReplySeconds":null,',
    '"timeToResolutionSeconds":,"reopenCount":1}"correlation":{"id":"","index":1,"count":2}',
    '"message":{"id":"","text":"","attachments":[],"sentAt":"20"actor":{"type":"automation","agent","api","customer",',
    '"id":"","name":""},"subscriptionId":"sub_","decision":"enqueue"},{"subscriptionId":"sub_","decision":"enqueue"}]\n',
    '{"id":"evt_","type":"ticket.","timestamp":"20-T::.000Z","accountId":"acc_","data":{"ticket":{"id":"","number":1,',
    '"subject":null,"status":"open","resolved","priority":"normal","channel":"whatsapp","tags":[],"assignee":null,',
    '"assignee":{"id":"","name":"","team":""},"customer":{"id":"","name":"","handle":"","phones":["+"],',
    '"emails":["@.com"],"externalIds":{"":""}},"inbox":{"id":"","name":""},"conversationId":"","customFields":{"":""},',
    '"url":"https://app./tickets/","createdAt":"20","updatedAt":"20-T::.000Z"},',
  ].join(''),
);

/** At these sizes, handing the work to another thread takes several times as much CPU as the work. */
export function packContent({ plan, body }: EventContent): Uint8Array {
  return deflateSync(`${JSON.stringify(plan)}\n${body}`, { dictionary });
}

export function unpackContent(packed: Uint8Array): EventContent {
  const text = inflateSync(packed, { dictionary }).toString();
  // JSON.stringify writes no line feed.
  const end = text.indexOf('\n');
  return { plan: JSON.parse(text.slice(0, end)) as EventContent['plan'], body: text.slice(end + 1) };
}
