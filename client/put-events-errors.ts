/**
 * What helps against a failure of PutEvents.
 *
 * - `change-event`: EventBridge has read the entry and refuses its content. The same bytes are refused every time.
 * - `send-alone`: the call was refused as a whole, which says nothing of each of its entries.
 * - `change-setup`: credentials, permissions, the region or the bus. A person mends it; seconds do not.
 * - `slow-down`: too many calls.
 * - `repeat`: everything else, also what is not known.
 */
export type Remedy = 'change-event' | 'send-alone' | 'change-setup' | 'slow-down' | 'repeat';

/** A failure of an entry, or of a whole call. */
export interface Failure {
  /** The code of EventBridge, the SDK, Node's sockets or a provider of credentials, such as `ThrottlingException`. */
  readonly code: string;
  /** The status of the answer to the call, if there was one. */
  readonly status?: number | undefined;
}

/**
 * Every event has passed the catalog and the limit of size, and the bus has a possible name. What is left for these
 * codes is the content of the entry. They are the only ones by which an event is lost to its publisher, so none may be
 * here that other credentials, another bus or another day could change.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
 */
const contentCodes = new Set([
  'InvalidArgument',
  'InvalidParameterCombination',
  'InvalidParameterValue',
  'MalformedDetail',
  'MissingParameter',
  'SerializationException',
  'ValidationError',
  'ValidationException',
]);

const setupCodes = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidAccountIdException',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'OptInRequired',
  'ResourceNotFoundException',
  'UnknownOperationException',
  'UnrecognizedClientException',
]);

/** What helps an entry that EventBridge names as failed, within a call that it took. */
export function remedyForEntry(code: string): Remedy {
  if (contentCodes.has(code)) return 'change-event';
  if (setupCodes.has(code)) return 'change-setup';
  return /Throttl|LimitExceeded|TooManyRequests|SlowDown/.test(code) ? 'slow-down' : 'repeat';
}

/** What helps the entries of a call that failed as a whole. */
export function remedyForCall({ code, status }: Failure, entries: number): Remedy {
  const remedy = remedyForEntry(code);
  const isTooLarge = status === 413 || code === 'RequestEntityTooLargeException';
  if (entries > 1 && (isTooLarge || remedy === 'change-event')) return 'send-alone';
  // EventBridge takes every event that has passed the limit of size. Something before it does not.
  if (isTooLarge) return 'change-setup';
  return remedy === 'repeat' && (status === 429 || status === 503) ? 'slow-down' : remedy;
}

/** Codes of Node's sockets by which no byte of a request has left. */
const unconnected = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$|CERT|VERIFY|^ERR_TLS/;

/**
 * True if a call that was handed to the HTTP client, and failed so, may have published its entries all the same. Only
 * an answer of 4xx says that it has not.
 */
export function leavesDoubt({ code, status = 0 }: Failure): boolean {
  return !(status >= 400 && status < 500) && !unconnected.test(code);
}

/** Name, code and status of whatever was thrown. Never throws itself. */
export function readFailure(error: unknown): Failure & { readonly explanation: string } {
  const { name, code, message, $metadata, $response } = readFields(error);
  const socketCode = typeof code === 'string' ? code : undefined;
  const label = typeof name === 'string' && name !== '' ? name : 'Error';
  const status = [$metadata, $response].map(statusOf).find((each) => each !== undefined);
  return {
    code: socketCode ?? label,
    ...(status === undefined ? {} : { status }),
    explanation: `${label}: ${firstLineOf(message) || socketCode || 'no message'}`,
  };
}

/**
 * The first line alone, because AWS answers a wrong signature with the whole request that should have been signed,
 * which holds the session token.
 */
function firstLineOf(message: unknown): string {
  const [line = ''] = typeof message === 'string' ? message.trim().split(/[\r\n]/, 1) : [];
  return line.slice(0, 500);
}

function statusOf(answer: unknown): number | undefined {
  const { httpStatusCode, statusCode } = readFields(answer);
  return [httpStatusCode, statusCode].find((status) => typeof status === 'number');
}

interface Fields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: unknown;
  readonly $response?: unknown;
  readonly httpStatusCode?: unknown;
  readonly statusCode?: unknown;
}

function readFields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) return { message: value };
  try {
    const { name, code, message, $metadata, $response, httpStatusCode, statusCode } = value as Fields;
    return { name, code, message, $metadata, $response, httpStatusCode, statusCode };
  } catch {
    return {};
  }
}
