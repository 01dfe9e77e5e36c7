import { eventSource } from '../core/events/event-catalog.ts';
import type { EntryContent } from './event-to-publish.ts';

/** What became of an event. */
export type PublicationResult =
  | { readonly envelopeId: string }
  | { readonly reason: 'invalid' | 'refused' | 'unavailable'; readonly explanation: string };

/** One event on its way to EventBridge, for one call of `publish`. */
export interface Publication extends EntryContent {
  readonly bytes: number;
  readonly request: PublishRequest;
  readonly settle: (result: PublicationResult) => void;
  attempts: number;
  /** `preparing` waits for credentials, a region or an endpoint; `on-the-wire` was handed to the HTTP client. */
  progress: 'waiting' | 'preparing' | 'on-the-wire';
  /** Goes in a call of its own, because a call with others failed as a whole. */
  isAlone: boolean;
  /** Before this time it is not sent again. */
  notBefore: number;
  lastFailure: string | undefined;
  /** An earlier call had no answer that denies it. */
  mayBePublished: boolean;
}

/** What a publication knows of the call of `publish` that it belongs to. */
export interface PublishRequest {
  /** True when nobody waits for a result any more. */
  readonly isOver: () => boolean;
  /** Called once, when `isOver` turns true. */
  readonly whenOver: Set<() => void>;
}

export function newPublication(
  content: EntryContent,
  request: PublishRequest,
  settle: Publication['settle'],
): Publication {
  return {
    ...content,
    bytes: sizeOf(content),
    request,
    settle,
    attempts: 0,
    progress: 'waiting',
    isAlone: false,
    notBefore: 0,
    lastFailure: undefined,
    mayBePublished: false,
  };
}

/**
 * The size as EventBridge counts it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
function sizeOf({ detailType, detail }: EntryContent): number {
  return Buffer.byteLength(eventSource) + Buffer.byteLength(detailType) + Buffer.byteLength(detail);
}

/** The explanation for an event that its publisher has to publish again. */
export function explainUnavailable(publication: Publication, failure: string): string {
  return publication.mayBePublished ? `${failure}; it may have been published all the same` : failure;
}

/** The explanation for an event that has no result yet, when `publish` stops waiting. */
export function explainUnfinished(publication: Publication | undefined, cause: string): string {
  if (publication === undefined) return `${cause}; it was not sent`;
  const { progress, attempts, lastFailure } = publication;
  if (progress === 'on-the-wire')
    return `${cause}; it was sent and not answered, so it may have been published all the same`;
  const state =
    progress === 'preparing'
      ? 'it was not sent, because the SDK still waits for credentials, a region or an endpoint'
      : attempts === 0
        ? 'it was not sent'
        : `attempt ${attempts} failed with ${lastFailure}`;
  return explainUnavailable(publication, `${cause}; ${state}`);
}
