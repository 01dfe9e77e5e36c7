/**
 * EventBridge's codes for entries that it would refuse again.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
const finalCodes = new Set([
  'AccessDeniedException',
  'InvalidAccountIdException',
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'RedactionFailure',
]);

/** True for the code of an entry that it is no use to send again. */
export function isFinal(code: string | undefined): boolean {
  return code !== undefined && finalCodes.has(code);
}

/** What the SDK adds to the error of a failed call. */
interface TransientSigns {
  readonly $retryable?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** False for errors that do not pass: no such bus, no permission, no region. */
export function isTransient({ name, $retryable, $metadata }: Error & TransientSigns): boolean {
  // Without metadata there was no call, for instance because no region is set. A call without a status had no answer.
  if (!$metadata) return false;
  const { httpStatusCode = 503 } = $metadata;
  return httpStatusCode >= 500 || httpStatusCode === 429 || Boolean($retryable) || name.startsWith('Throttl');
}
