import { afterEach, describe, expect, test } from '@jest/globals';
import { createPublisher, type EventToPublish } from '../../client/publisher.ts';
import { type EventType, eventCatalog } from '../../core/events/event-catalog.ts';
import { AwsError } from '../../local/http-server.ts';
import { accept, clientOf, closePublishers, type EntryAnswer, event, publisherTo } from './publisher-to.ts';

const [first] = eventCatalog;

afterEach(closePublishers);

function withNumber(number: unknown) {
  return { ...first.example, ticket: { ...first.example.ticket, number } };
}

describe('publisher', () => {
  test('sends what the rules match, with the data as given', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const published = event({
      occurredAt: new Date('2026-11-23T16:55:00.000Z'),
      data: { ...first.example, brandNew: [1] },
    });
    const result = await publisher.publish([published]);

    expect(result).toEqual({
      published: [{ event: published, envelopeId: expect.any(String) }],
      unpublished: [],
    });
    const [[entry] = []] = calls;
    expect(entry).toMatchObject({
      EventBusName: 'events',
      Source: 'iomnihub.helpdesk',
      DetailType: first.type,
    });
    expect(JSON.parse(entry?.Detail ?? '')).toEqual({
      id: published.id,
      accountId: 'acc_1',
      occurredAt: '2026-11-23T16:55:00.000Z',
      data: { ...first.example, brandNew: [1] },
    });
  });

  test.each(['2026-11-23T18:55:00.000000+02:00', '2026-11-23T16:55Z', '2026-11-23T13:55:00-0300'])(
    'takes the time %s, which the dispatcher passes on in UTC',
    async (occurredAt) => {
      const { publisher, calls } = await publisherTo(accept);
      await publisher.publish([event({ occurredAt })]);
      expect(JSON.parse(calls[0]?.[0]?.Detail ?? '')).toMatchObject({ occurredAt });
    },
  );

  test('judges what is sent: a Date in the data, a whole number of 16 digits, a number as text', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
    const createdAt = new Date('2026-11-23T16:55:00.000Z');
    const ticket = { ...first.example.ticket, number: 2026112900000123, createdAt };
    await publisher.publish([
      event({ data: { ...first.example, ticket, senderId: rawJSON('1234567890123456789') } }),
    ]);
    const [[{ Detail } = { Detail: '' }] = []] = calls;
    expect(Detail).toContain('"number":2026112900000123,');
    expect(Detail).toContain('"createdAt":"2026-11-23T16:55:00.000Z"');
    expect(Detail).toContain('"senderId":1234567890123456789}');
  });

  test('splits by count, and reports every event in the order given', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const events = Array.from({ length: 23 }, () => event());
    const { published } = await publisher.publish(events);
    expect(published.map((each) => each.event)).toEqual(events);
    expect(calls.map((entries) => entries.length).sort((a, b) => b - a)).toEqual([10, 10, 3]);
  });

  test('splits by size, so that no call is over EventBridge’s limit', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const large = () => event({ data: { ...first.example, text: 'ü'.repeat(100_000) } });
    await publisher.publish([large(), large(), large(), large(), large(), large()]);
    const bytes = calls.map((entries) =>
      entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail), 0),
    );
    expect(calls.flat()).toHaveLength(6);
    expect(Math.max(...bytes)).toBeLessThan(1_000_000);
  });

  test.each([
    ['an id with a space', { id: 'evt 1' }, 'id: must be 1 to 64 letters'],
    ['no account', { accountId: '' }, 'accountId: must be'],
    ['a local time', { occurredAt: '2026-11-23 16:55' }, 'occurredAt: must be an ISO 8601 time with Z or'],
    ['an invalid Date', { occurredAt: new Date('never') }, 'occurredAt: must be an ISO 8601 time with Z or'],
    ['a type outside the catalog', { type: 'ticket.exploded' }, 'type: '],
    ['NaN in place of a number', { data: withNumber(Number.NaN) }, 'data.ticket.number: '],
    ['a number without an end', { data: withNumber(Number.POSITIVE_INFINITY) }, 'data.ticket.number: '],
    ['half a ticket', { data: withNumber(84.5) }, 'data.ticket.number: '],
    [
      'NaN in a field of its own',
      { data: { ...first.example, rates: [1, { of: Number.NaN }] } },
      'data.rates.1.of: must be a number that JSON can hold',
    ],
    [
      'a BigInt',
      { data: { ...first.example, senderId: 1234567890123456789n } },
      'data: cannot be written as JSON (a cycle, a BigInt,',
    ],
    ['data of another shape', { data: { ...first.example, ticket: 'none' } }, 'data.ticket: '],
    [
      'a body of over 256 KiB',
      { data: { ...first.example, text: 'x'.repeat(300_000) } },
      'data: the callback body would be over',
    ],
  ])('does not send %s, says why, and sends the others', async (_, overrides, explanation) => {
    const { publisher, calls } = await publisherTo(accept);
    const wrong = event(overrides);
    const result = await publisher.publish([wrong, event()]);
    expect(result.unpublished).toEqual([
      { index: 0, event: wrong, reason: 'invalid', explanation: expect.stringContaining(explanation) },
    ]);
    expect(result.published).toHaveLength(1);
    expect(calls.flat()).toHaveLength(1);
  });

  test('sends entries again that failed, and only these', async () => {
    const { publisher, calls } = await publisherTo((entry, call) =>
      call === 1 && entry.Detail.includes('evt_unlucky') ? { ErrorCode: 'ThrottlingException' } : accept(),
    );
    const { published, unpublished } = await publisher.publish([
      event(),
      event({ id: 'evt_unlucky' }),
      event(),
    ]);
    expect(published).toHaveLength(3);
    expect(unpublished).toEqual([]);
    expect(calls.map((entries) => entries.length)).toEqual([3, 1]);
  });

  test.each([
    ['nothing about an entry', {}],
    ['an error about an entry that it names as well', { EventId: 'x', ErrorCode: 'InternalFailure' }],
  ])('takes an entry for unavailable if the answer says %s', async (_, answer) => {
    const { publisher, calls } = await publisherTo(
      (entry) => (entry.Detail.includes('evt_odd') ? (answer as EntryAnswer) : accept()),
      { maxAttempts: 2 },
    );
    const { published, unpublished } = await publisher.publish([event(), event({ id: 'evt_odd' })]);
    expect(published).toHaveLength(1);
    expect(unpublished).toMatchObject([{ event: { id: 'evt_odd' }, reason: 'unavailable' }]);
    expect(calls.map((entries) => entries.length)).toEqual([2, 1]);
  });

  test('takes entries for unavailable that the answer leaves out', async () => {
    const { publisher } = await publisherTo(accept, { maxAttempts: 1 }, ([first]) => [first]);
    const { published, unpublished } = await publisher.publish([event(), event({ id: 'evt_odd' })]);
    expect(published).toHaveLength(1);
    expect(unpublished).toMatchObject([
      {
        event: { id: 'evt_odd' },
        reason: 'unavailable',
        explanation:
          'NoAnswer: the answer says nothing of this entry; it may have been published all the same',
      },
    ]);
  });

  test('does not send an entry again that EventBridge will never take', async () => {
    const { publisher, calls } = await publisherTo(() => ({
      ErrorCode: 'MalformedDetail',
      ErrorMessage: 'Detail is malformed.',
    }));
    const { unpublished } = await publisher.publish([event()]);
    expect(unpublished).toMatchObject([
      { reason: 'refused', explanation: 'MalformedDetail: Detail is malformed.' },
    ]);
    expect(calls).toHaveLength(1);
  });

  test('sends a body of up to 256 KiB, less what the type may take of it', async () => {
    const { publisher, calls } = await publisherTo(accept);
    const ofBytes = (text: string) => event({ id: 'evt_1', data: { ...first.example, text } });
    await publisher.publish([ofBytes('')]);
    const [[{ Detail } = { Detail: '' }] = []] = calls;
    const room = 256 * 1024 - 100 - Buffer.byteLength(Detail);

    const { published } = await publisher.publish([ofBytes('x'.repeat(room))]);
    const { unpublished } = await publisher.publish([ofBytes('x'.repeat(room + 1))]);
    expect(published).toHaveLength(1);
    expect(unpublished).toMatchObject([
      { reason: 'invalid', explanation: 'data: the callback body would be over 262144 bytes' },
    ]);
  });

  test('sends an entry five times unless it is told otherwise', async () => {
    const { publisher, calls } = await publisherTo(() => ({ ErrorCode: 'InternalFailure' }));
    await publisher.publish([event()]);
    expect(calls).toHaveLength(5);
  });

  test('gives up after maxAttempts and says so, without rejecting', async () => {
    const { publisher, calls } = await publisherTo(() => ({ ErrorCode: 'InternalFailure' }), {
      maxAttempts: 2,
    });
    const { unpublished } = await publisher.publish([event()]);
    expect(unpublished).toMatchObject([{ reason: 'unavailable' }]);
    expect(calls).toHaveLength(2);
  });

  test.each<[code: string, reason: string, calls: number]>([
    ['ValidationException', 'refused', 1],
    ['SerializationException', 'refused', 1],
    ['AccessDeniedException', 'unavailable', 1],
    ['ResourceNotFoundException', 'unavailable', 1],
    ['UnrecognizedClientException', 'unavailable', 1],
    ['RequestEntityTooLargeException', 'unavailable', 1],
    ['ExpiredTokenException', 'unavailable', 3],
    ['InvalidSignatureException', 'unavailable', 3],
    ['ThrottlingException', 'unavailable', 3],
    ['LimitExceededException', 'unavailable', 3],
    ['RequestTimeoutException', 'unavailable', 3],
    ['SomethingNew', 'unavailable', 3],
  ])('a call that fails by %s is %s, after %i of three attempts', async (code, reason, attempts) => {
    const { publisher, calls } = await publisherTo(
      () => {
        throw new AwsError(code, 'not today');
      },
      { maxAttempts: 3 },
    );
    const { unpublished } = await publisher.publish([event()]);
    expect(unpublished).toMatchObject([{ reason, explanation: `${code}: not today` }]);
    expect(calls).toHaveLength(attempts);
  });

  test.each(['ValidationException', 'RequestEntityTooLargeException'])(
    'a call of several that is refused by %s is taken apart, so that the good ones are published',
    async (code) => {
      const { publisher, calls } = await publisherTo((entry) => {
        if (entry.Detail.includes('evt_bad')) throw new AwsError(code, 'no');
        return accept();
      });
      const { published, unpublished } = await publisher.publish([
        event(),
        event({ id: 'evt_bad' }),
        event(),
      ]);
      expect(published).toHaveLength(2);
      expect(unpublished).toMatchObject([{ index: 1, explanation: `${code}: no` }]);
      expect(calls.map((entries) => entries.length)).toEqual([3, 1, 1, 1]);
    },
  );

  test('does not call an event refused for what another may have in it, even if it may not send it again', async () => {
    const { publisher } = await publisherTo(
      () => {
        throw new AwsError('ValidationException', 'no');
      },
      { maxAttempts: 1 },
    );
    const { unpublished } = await publisher.publish([event(), event()]);
    expect(unpublished).toMatchObject([{ reason: 'unavailable' }, { reason: 'unavailable' }]);
  });

  test('reports an endpoint that nobody listens at as unavailable, and certainly not published', async () => {
    const { publisher, server } = await publisherTo(accept, { maxAttempts: 2 });
    await server.close();
    const { unpublished } = await publisher.publish([event()]);
    expect(unpublished).toMatchObject([
      { reason: 'unavailable', explanation: expect.stringContaining('ECONNREFUSED') },
    ]);
    expect(unpublished[0]?.explanation).not.toContain('may have been published');
  });

  test.each<[what: string, config: NonNullable<Parameters<typeof clientOf>[1]>, explanation: string]>([
    [
      'no region',
      { region: () => Promise.reject<string>(new Error('Region is missing')) },
      'Error: Region is missing',
    ],
    [
      'no credentials',
      {
        credentials: () =>
          Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
      },
      'CredentialsProviderError: none',
    ],
    [
      'a provider of credentials that throws a text',
      {
        credentials: () => {
          throw 'no';
        },
      },
      'Error: no',
    ],
    [
      'a provider of credentials that gives none',
      { credentials: () => Promise.resolve(undefined as never) },
      'Error: ',
    ],
  ])('with %s, events are unavailable and certainly not published', async (_, config, explanation) => {
    const { server, calls } = await publisherTo(accept);
    const client = clientOf(server.url, config);
    const publisher = createPublisher({ eventBusName: 'events', client, maxAttempts: 2 });
    const { unpublished } = await publisher.publish([event(), event()]);
    expect(unpublished).toMatchObject([{ reason: 'unavailable' }, { reason: 'unavailable' }]);
    expect(unpublished[0]?.explanation).toContain(explanation);
    expect(unpublished[0]?.explanation).not.toContain('may have been published');
    expect(calls).toEqual([]);
  });

  test('the retries of the SDK do not multiply with its own', async () => {
    const { server, calls } = await publisherTo(() => {
      throw new AwsError('InternalFailure', 'down');
    });
    const client = clientOf(server.url, { maxAttempts: 4, retryMode: 'adaptive' });
    await createPublisher({ eventBusName: 'events', client, maxAttempts: 2 }).publish([event()]);
    expect(calls).toHaveLength(2);
  });

  test('takes data by its type at compile time', () => {
    const wrong = { type: first.type, data: { nothing: true } } as const;
    // @ts-expect-error: the shape of data follows from the type
    const typed: Pick<Extract<EventToPublish, { type: EventType & typeof wrong.type }>, 'data'> = wrong;
    expect(typed).toBe(wrong);
  });
});
