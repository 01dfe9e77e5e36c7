import { setImmediate } from 'node:timers/promises';
import { type EventToPublish, toEntryContent } from './event-to-publish.ts';
import { type ListedEvent, listEvents } from './listed-events.ts';
import { createPace } from './pace.ts';
import { newPublication, type Publication, type PublicationResult } from './publication.ts';
import { createPublicationQueue } from './publication-queue.ts';
import { type OpenRequest, openRequest } from './publish-request.ts';
import { type PublisherOptions, readPublisherOptions } from './publisher-options.ts';
import { putEvents } from './put-events-call.ts';

export type { EventData, EventType } from '../core/events/event-catalog.ts';
export type { EventToPublish, PublisherOptions };

/** An event that was not published, or not with certainty. */
export interface UnpublishedEvent {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** As it was given: for an `invalid` one, this may be anything. */
  readonly event: EventToPublish;
  /**
   * - `invalid`: the event breaks a rule of the catalog, and was not sent. Mend the code that makes it.
   * - `refused`: EventBridge does not take this content, today or later. Put the event aside and look into it.
   * - `unavailable`: nothing is wrong with the event. Keep it, and publish it again with the same id. If the explanation
   *   names credentials, a permission, the region or the bus, mend that first.
   */
  readonly reason: 'invalid' | 'refused' | 'unavailable';
  /** Field paths and rules, or the code and message of EventBridge, the SDK or the network. */
  readonly explanation: string;
}

export interface PublishResult {
  /** In the order given, each with EventBridge's id of the publication. */
  readonly published: readonly { readonly event: EventToPublish; readonly envelopeId: string }[];
  /** In the order given. */
  readonly unpublished: readonly UnpublishedEvent[];
}

export interface PublishOptions {
  /** Ends the call at once. Events without a result are reported as unavailable. */
  readonly signal?: AbortSignal | undefined;
}

export interface Publisher {
  /**
   * Publishes any number of events. Always settles within `timeoutMs`, and never rejects because of an event, EventBridge
   * or the network: check `unpublished`. Leave the events unchanged until then.
   */
  publish(events: Iterable<EventToPublish>, options?: PublishOptions): Promise<PublishResult>;
}

/** As many events are checked without a break as one call takes. It is a matter of milliseconds. */
const checkedAtOnce = 10;

/** Throws a TypeError if an option is wrong. One publisher serves a whole process. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { eventBusName, client, maxAttempts, timeoutMs, maxConcurrentCalls } = readPublisherOptions(options);
  const callTimeoutMs = Math.max(timeoutMs / maxAttempts, Math.min(timeoutMs, 1_000));
  const queue = createPublicationQueue({
    put: (batch) => putEvents(batch, { client, eventBusName, timeoutMs: callTimeoutMs }),
    pace: createPace(Math.random),
    maxAttempts,
    maxConcurrentCalls,
    now: () => performance.now(),
    random: Math.random,
  });
  const requests: OpenRequest[] = [];
  let isChecking = false;

  return {
    async publish(events, { signal } = {}) {
      if (signal !== undefined && typeof signal.addEventListener !== 'function')
        throw new TypeError('publish: signal must be an AbortSignal');
      const listed = listEvents(events);
      const request = openRequest(listed, { timeoutMs, signal });
      request.whenOver.add(() => queue.prune());
      requests.push(request);
      if (!isChecking) void checkRequests();
      return collect(listed, await request.results);
    },
  };

  /** Checks the events of all requests in turn, so that none waits for the end of a long list. */
  async function checkRequests(): Promise<void> {
    isChecking = true;
    // Publications that are asked for one by one in the same moment share calls.
    await setImmediate();
    while (requests.length > 0) {
      await queue.room();
      queue.add(checkSome());
      await setImmediate();
    }
    isChecking = false;
  }

  /** The next few publications, of every request in turn. */
  function checkSome(): Publication[] {
    const publications: Publication[] = [];
    let checked = 0;
    while (checked < checkedAtOnce) {
      const request = requests.shift();
      if (request === undefined) break;
      let listed = request.next();
      for (; listed !== undefined; listed = request.next()) {
        publications.push(...toPublications(listed, request));
        checked += 1;
        if (checked === checkedAtOnce) break;
      }
      if (listed !== undefined) requests.push(request);
    }
    return publications;
  }
}

/** The publication of an event, or none if the event is invalid. */
function toPublications({ place, event, fault }: ListedEvent, request: OpenRequest): Publication[] {
  const content = fault === undefined ? toEntryContent(event) : { explanation: fault };
  if ('explanation' in content) {
    request.settle(place, { reason: 'invalid', explanation: content.explanation });
    return [];
  }
  const publication = newPublication(content, request, (result) => request.settle(place, result));
  request.follow(place, publication);
  return [publication];
}

function collect(listed: readonly ListedEvent[], results: readonly PublicationResult[]): PublishResult {
  const published: PublishResult['published'][number][] = [];
  const unpublished: UnpublishedEvent[] = [];
  for (const [index, result] of results.entries()) {
    const event = listed[index]?.event as EventToPublish;
    if ('envelopeId' in result) published.push({ event, envelopeId: result.envelopeId });
    else unpublished.push({ index, event, ...result });
  }
  return { published, unpublished };
}
