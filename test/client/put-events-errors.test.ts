import { expect, test } from '@jest/globals';
import { isFinal, isTransient } from '../../client/put-events-errors.ts';

// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
test.each([
  'AccessDeniedException',
  'InvalidAccountIdException',
  'InvalidArgument',
  'MalformedDetail',
  'NotAuthorizedForDetailTypeException',
  'NotAuthorizedForSourceException',
  'RedactionFailure',
])('an entry that is refused by %s is not sent again', (code) => {
  expect(isFinal(code)).toBe(true);
});

test.each([undefined, '', 'InternalFailure', 'InternalException', 'ThrottlingException', 'LimitExceeded'])(
  'an entry that fails by %p may succeed later',
  (code) => {
    expect(isFinal(code)).toBe(false);
  },
);

const failure = (name: string, signs: Pick<Parameters<typeof isTransient>[0], '$metadata' | '$retryable'>) =>
  Object.assign(new Error('failed'), { name }, signs);

test.each<[name: string, error: ReturnType<typeof failure>, passes: boolean]>([
  ['a call that was never made', failure('NoRegion', {}), false],
  ['a call without an answer', failure('TimeoutError', { $metadata: {} }), true],
  ['a 500', failure('InternalFailure', { $metadata: { httpStatusCode: 500 } }), true],
  ['a 503', failure('ServiceUnavailable', { $metadata: { httpStatusCode: 503 } }), true],
  ['a 499', failure('Odd', { $metadata: { httpStatusCode: 499 } }), false],
  ['a 429', failure('TooManyRequests', { $metadata: { httpStatusCode: 429 } }), true],
  ['a 400', failure('ValidationException', { $metadata: { httpStatusCode: 400 } }), false],
  ['a 403', failure('AccessDenied', { $metadata: { httpStatusCode: 403 } }), false],
  ['a throttled call', failure('ThrottlingException', { $metadata: { httpStatusCode: 400 } }), true],
  ['what the SDK would retry', failure('Odd', { $metadata: { httpStatusCode: 400 }, $retryable: {} }), true],
])('%s passes: %s', (_, error, passes) => {
  expect(isTransient(error)).toBe(passes);
});
