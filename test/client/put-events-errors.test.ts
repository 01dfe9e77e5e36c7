import { describe, expect, test } from '@jest/globals';
import {
  leavesDoubt,
  type Remedy,
  readFailure,
  remedyForCall,
  remedyForEntry,
} from '../../client/put-events-errors.ts';

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
test.each<[code: string, remedy: Remedy]>([
  ['InvalidArgument', 'change-event'],
  ['MalformedDetail', 'change-event'],
  ['AccessDeniedException', 'change-setup'],
  ['InvalidAccountIdException', 'change-setup'],
  ['NotAuthorizedForDetailTypeException', 'change-setup'],
  ['NotAuthorizedForSourceException', 'change-setup'],
  ['ThrottlingException', 'slow-down'],
  ['LimitExceededException', 'slow-down'],
  ['InternalException', 'repeat'],
  ['InternalFailure', 'repeat'],
  ['RedactionFailure', 'repeat'],
  ['NoAnswer', 'repeat'],
  ['SomethingNew', 'repeat'],
  ['', 'repeat'],
])('what helps an entry that fails by %j is %s', (code, remedy) => {
  expect(remedyForEntry(code)).toBe(remedy);
});

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
const callFailures: [code: string, status: number | undefined, remedy: Remedy][] = [
  ['ValidationException', 400, 'change-event'],
  ['ValidationError', 400, 'change-event'],
  ['SerializationException', 400, 'change-event'],
  ['InvalidParameterCombination', 400, 'change-event'],
  ['InvalidParameterValue', 400, 'change-event'],
  ['MissingParameter', 400, 'change-event'],
  ['RequestEntityTooLargeException', 413, 'change-setup'],
  ['Unknown', 413, 'change-setup'],
  ['AccessDeniedException', 403, 'change-setup'],
  ['AccessDenied', 403, 'change-setup'],
  ['InvalidClientTokenId', 403, 'change-setup'],
  ['MissingAuthenticationToken', 403, 'change-setup'],
  ['MissingAuthenticationTokenException', 403, 'change-setup'],
  ['NotAuthorized', 401, 'change-setup'],
  ['OptInRequired', 403, 'change-setup'],
  ['ResourceNotFoundException', 400, 'change-setup'],
  ['UnknownOperationException', 404, 'change-setup'],
  ['UnrecognizedClientException', 403, 'change-setup'],
  ['ThrottlingException', 400, 'slow-down'],
  ['Throttling', 400, 'slow-down'],
  ['RequestThrottledException', 400, 'slow-down'],
  ['TooManyRequestsException', 429, 'slow-down'],
  ['LimitExceededException', 400, 'slow-down'],
  ['RequestLimitExceeded', 503, 'slow-down'],
  ['SlowDown', 503, 'slow-down'],
  ['ServiceUnavailable', 503, 'slow-down'],
  ['Unknown', 429, 'slow-down'],
  // The SDK corrects its clock by the answer, and credentials are renewed.
  ['ExpiredToken', 403, 'repeat'],
  ['ExpiredTokenException', 403, 'repeat'],
  ['InvalidSignatureException', 403, 'repeat'],
  ['SignatureDoesNotMatch', 403, 'repeat'],
  ['IncompleteSignature', 403, 'repeat'],
  ['RequestExpired', 400, 'repeat'],
  ['RequestTimeTooSkewed', 403, 'repeat'],
  ['RequestTimeoutException', 408, 'repeat'],
  ['RequestAbortedException', 400, 'repeat'],
  ['MalformedHttpRequestException', 400, 'repeat'],
  ['InternalException', 500, 'repeat'],
  ['InternalFailure', 500, 'repeat'],
  ['SyntaxError', 200, 'repeat'],
  ['Unknown', 404, 'repeat'],
  ['Unknown', 418, 'repeat'],
  ['Unknown', 502, 'repeat'],
  ['CredentialsProviderError', undefined, 'repeat'],
  ['TokenProviderError', undefined, 'repeat'],
  ['ECONNREFUSED', undefined, 'repeat'],
  ['ECONNRESET', undefined, 'repeat'],
  ['ENOTFOUND', undefined, 'repeat'],
  ['EAI_AGAIN', undefined, 'repeat'],
  ['ETIMEDOUT', undefined, 'repeat'],
  ['EPIPE', undefined, 'repeat'],
  ['EPROTO', undefined, 'repeat'],
  ['CERT_HAS_EXPIRED', undefined, 'repeat'],
  ['TimeoutError', undefined, 'repeat'],
  ['Error', undefined, 'repeat'],
];

describe('what helps a call that fails', () => {
  test.each(callFailures)('by %s, status %p, with one entry is %s', (code, status, remedy) => {
    expect(remedyForCall({ code, status }, 1)).toBe(remedy);
  });

  test.each(callFailures)(
    'by %s, status %p, with two entries sends none of them alone, unless it was their content or size',
    (code, status, remedy) => {
      const isOfContent = remedy === 'change-event' || status === 413;
      expect(remedyForCall({ code, status }, 2)).toBe(isOfContent ? 'send-alone' : remedy);
    },
  );
});

test.each<[code: string, status: number | undefined, isInDoubt: boolean]>([
  ['TimeoutError', undefined, true],
  ['ECONNRESET', undefined, true],
  ['EPIPE', undefined, true],
  ['InternalFailure', 500, true],
  ['SyntaxError', 200, true],
  ['Unknown', 504, true],
  ['ThrottlingException', 400, false],
  ['AccessDeniedException', 403, false],
  ['Unknown', 499, false],
  ['ECONNREFUSED', undefined, false],
  ['ENOTFOUND', undefined, false],
  ['EAI_AGAIN', undefined, false],
  ['EHOSTUNREACH', undefined, false],
  ['ENETUNREACH', undefined, false],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, false],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, false],
  ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, false],
])('after %s, status %p, entries may have been published: %p', (code, status, isInDoubt) => {
  expect(leavesDoubt({ code, status })).toBe(isInDoubt);
});

describe('a failure is read from whatever was thrown', () => {
  const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  const hostile = Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('never');
    },
  });
  const withStatus = Object.assign(new Error('denied'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
  });
  const withResponse = Object.assign(new SyntaxError('no JSON'), { $response: { statusCode: 502 } });

  test.each<[what: string, thrown: unknown, failure: ReturnType<typeof readFailure>]>([
    ['an error', new TypeError('odd'), { code: 'TypeError', explanation: 'TypeError: odd' }],
    ['an error of a socket', refused, { code: 'ECONNREFUSED', explanation: 'AggregateError: ECONNREFUSED' }],
    [
      'an error of the service',
      withStatus,
      { code: 'AccessDeniedException', status: 403, explanation: 'AccessDeniedException: denied' },
    ],
    [
      'an answer that was not understood',
      withResponse,
      { code: 'SyntaxError', status: 502, explanation: 'SyntaxError: no JSON' },
    ],
    ['a text', 'no', { code: 'Error', explanation: 'Error: no' }],
    ['nothing', undefined, { code: 'Error', explanation: 'Error: no message' }],
    ['null', null, { code: 'Error', explanation: 'Error: no message' }],
    ['a symbol', Symbol('x'), { code: 'Error', explanation: 'Error: no message' }],
    [
      'an object without a prototype',
      Object.create(null),
      { code: 'Error', explanation: 'Error: no message' },
    ],
    ['an error that throws', hostile, { code: 'Error', explanation: 'Error: no message' }],
  ])('%s', (_, thrown, failure) => {
    expect(readFailure(thrown)).toEqual(failure);
  });

  test('without the request that AWS shows for a wrong signature', () => {
    const message = `The signature does not match.\n\nThe Canonical String should have been\n'x-amz-security-token:secret'`;
    expect(readFailure(new Error(message)).explanation).toBe('Error: The signature does not match.');
  });

  test('without the end of a message that never ends', () => {
    expect(readFailure(new Error('x'.repeat(10_000))).explanation).toHaveLength(507);
  });
});
