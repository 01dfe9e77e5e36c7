import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createPublisher, type EventToPublish } from '../../client/publisher.ts';
import { type EventType, eventCatalog } from '../../core/events/event-catalog.ts';
import { AwsError, type LocalServer, serveAwsJson } from '../../local/http-server.ts';
import { uniqueId } from '../support/builders.ts';

interface SentEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}
type EntryAnswer = { EventId: string } | { ErrorCode: string; ErrorMessage?: string };

const [first] = eventCatalog;

function event(overrides: Partial<Record<keyof EventToPublish, unknown>> = {}): EventToPublish {
  return {
    type: first.type,
    id: uniqueId('evt'),
    accountId: 'acc_1',
    occurredAt: '2026-11-23T16:55:00.000Z',
    data: first.example,
    ...overrides,
  } as EventToPublish;
}

function withNumber(number: unknown) {
  return { ...first.example, ticket: { ...first.example.ticket, number } };
}

describe('publisher', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  /** A publisher over the wire to a server that answers each entry as `answer` says. */
  async function publisherTo(
    answer: (entry: SentEntry, call: number) => EntryAnswer,
    maxAttempts?: number,
    shown: (answers: readonly EntryAnswer[]) => readonly (EntryAnswer | undefined)[] = (answers) => answers,
  ) {
    const calls: SentEntry[][] = [];
    const server: LocalServer = await serveAwsJson({
      PutEvents(input) {
        const { Entries } = input as { Entries: SentEntry[] };
        calls.push(Entries);
        const answers = Entries.map((entry) => answer(entry, calls.length));
        return {
          FailedEntryCount: answers.filter((each) => 'ErrorCode' in each).length,
          Entries: shown(answers),
        };
      },
    });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new EventBridgeClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    open.push(server, { close: () => client.destroy() });
    return {
      calls,
      publisher: createPublisher({ eventBusName: 'events', client, ...(maxAttempts ? { maxAttempts } : {}) }),
    };
  }

  const accept = (): EntryAnswer => ({ EventId: uniqueId('envelope') });

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
      { event: wrong, reason: 'invalid', explanation: expect.stringContaining(explanation) },
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
      2,
    );
    const { published, unpublished } = await publisher.publish([event(), event({ id: 'evt_odd' })]);
    expect(published).toHaveLength(1);
    expect(unpublished).toMatchObject([{ event: { id: 'evt_odd' }, reason: 'unavailable' }]);
    expect(calls.map((entries) => entries.length)).toEqual([2, 1]);
  });

  test('takes entries for unavailable that the answer leaves out', async () => {
    const { publisher } = await publisherTo(accept, 1, ([first]) => [first]);
    const { published, unpublished } = await publisher.publish([event(), event({ id: 'evt_odd' })]);
    expect(published).toHaveLength(1);
    expect(unpublished).toMatchObject([
      { event: { id: 'evt_odd' }, reason: 'unavailable', explanation: 'NoAnswer: ' },
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
    const { publisher, calls } = await publisherTo(() => ({ ErrorCode: 'InternalFailure' }), 2);
    const { unpublished } = await publisher.publish([event()]);
    expect(unpublished).toMatchObject([{ reason: 'unavailable' }]);
    expect(calls).toHaveLength(2);
  });

  test.each(['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException'])(
    'reports what a call held that was refused by %s',
    async (code) => {
      const { publisher } = await publisherTo(() => {
        throw new AwsError(code, 'not allowed');
      });
      const { unpublished } = await publisher.publish([event()]);
      expect(unpublished).toMatchObject([{ reason: 'refused', explanation: expect.stringContaining(code) }]);
    },
  );

  test('reports an endpoint that does not answer as unavailable', async () => {
    const { publisher } = await publisherTo(accept, 1);
    await Promise.all(open.splice(0, 1).map((server) => server.close()));
    const { unpublished } = await publisher.publish([event()]);
    expect(unpublished).toMatchObject([
      { reason: 'unavailable', explanation: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  test('takes data by its type at compile time', () => {
    const wrong = { type: first.type, data: { nothing: true } } as const;
    // @ts-expect-error: the shape of data follows from the type
    const typed: Pick<Extract<EventToPublish, { type: EventType & typeof wrong.type }>, 'data'> = wrong;
    expect(typed).toBe(wrong);
  });
});
