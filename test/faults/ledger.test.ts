import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Evidence } from './evidence.ts';
import { judge } from './ledger.ts';
import type { Invariant } from './promises.ts';

const secret = `whsec_${Buffer.from('a signing key').toString('base64')}`;
const body = (id: string, accountId = 'acc_a') => JSON.stringify({ id, type: 'ticket.created', accountId });

function call(
  id: string,
  overrides: Partial<Evidence['received'][number]> = {},
): Evidence['received'][number] {
  const text = overrides.body ?? body(id);
  const signature = createHmac('sha256', 'a signing key').update(`${id}.1.${text}`).digest('base64');
  return {
    subscriptionId: 'sub_a',
    atMs: 2_000,
    path: '/acc_a/0',
    headers: headersOf(id, `v1,${signature}`, overrides.subscriptionId),
    body: text,
    status: 204,
    answeredAtMs: (overrides.atMs ?? 2_000) + 10,
    ...overrides,
  };
}

function headersOf(id: string, signature: string, subscriptionId = 'sub_a') {
  return {
    'webhook-id': id,
    'webhook-timestamp': '1',
    'webhook-signature': signature,
    'x-token': 'planted',
    'content-type': 'application/json',
    'user-agent': 'iOmniHub-Webhooks/1.0',
    'iomnihub-subscription-id': subscriptionId,
    'iomnihub-event-type': 'ticket.created',
    'iomnihub-delivery-id': 'dlv_1',
    'iomnihub-attempt': '1',
  };
}

const subscription: Evidence['subscriptions'][number] = {
  accountId: 'acc_a',
  id: 'sub_a',
  eventTypes: ['ticket.created'],
  effectiveAtMs: 0,
  secrets: [{ text: secret, fromMs: 0 }],
  headers: { 'x-token': 'planted' },
};
const event: Evidence['published'][number] = {
  id: 'evt_1',
  accountId: 'acc_a',
  type: 'ticket.created',
  atMs: 1_000,
  body: body('evt_1'),
};
const row: Evidence['rows'][number] = {
  accountId: 'acc_a',
  subscriptionId: 'sub_a',
  eventId: 'evt_1',
  state: 'delivered',
  atMs: 2_100,
  probes: 0,
  attempts: [{ status: 204 }],
};
const held: Evidence['held'][number] = {
  queue: 'stage-exhausted-deliveries',
  eventId: 'evt_1',
  subscriptionId: 'sub_a',
};

const noExcuses: Evidence['excuses'] = {
  repeatedCalls: 0,
  unrecordedCalls: 0,
  uncountedCalls: 0,
  clockOffMs: 0,
};
/** The calls here are signed with the other one alone, at 2,000 ms. */
const newSecret = { text: 'whsec_b3RoZXI=', fromMs: -8_000 };
const refusal = call('evt_1', { status: 500 });
const refusals = [refusal, refusal, refusal];
const exhausted: typeof row = { ...row, state: 'exhausted', attempts: refusals.map(() => ({ status: 500 })) };
const eventHeld = { ...held, queue: 'stage-rule-targets-dlq', subscriptionId: undefined };

/** One event, delivered by one call. */
const parked: Evidence['rows'][number] = { ...row, state: 'parked', reason: 'failing', attempts: [] };
const expired: Evidence['rows'][number] = {
  ...row,
  state: 'exhausted',
  reason: 'expired',
  attempts: [],
  atMs: 61_000,
};
const heldBack = { subscriptions: [{ ...subscription, isHeldBack: true }] };
const whole: Evidence = {
  subscriptions: [subscription],
  published: [event],
  takenIn: [{ accountId: 'acc_a', eventId: 'evt_1', atMs: 1_500 }],
  received: [call('evt_1')],
  rows: [row],
  held: [],
  redriven: [],
  touched: [],
  texts: { 'the table': 'nothing to hide' },
  secrets: { 'the signing secret': secret },
  excuses: noExcuses,
  deadlineMs: 1_000,
  fewestAttempts: 3,
  mostAttempts: 3,
  horizonMs: 60_000,
  probeEveryMs: 1_000,
  interrupted: [],
};

function report(evidence: Partial<Evidence>): Invariant[] {
  return judge({ ...whole, ...evidence }).violations.map(({ invariant }) => invariant);
}

test('says nothing about a delivery that was made', () => {
  expect(judge(whole)).toEqual({
    violations: [],
    counts: {
      accepted: 1,
      delivered: 1,
      exhausted: 0,
      parked: 0,
      duplicates: 0,
      lost: 0,
      phantom: 0,
      crossed: 0,
    },
  });
});

describe('sees a loss', () => {
  test.each<[string, Partial<Evidence>]>([
    ['neither a row nor a dead letter', { rows: [], received: [] }],
    [
      'a delivery that its receiver never took',
      { rows: [{ ...row, attempts: [{ status: 500 }] }], received: [refusal] },
    ],
    ['a delivery that still waits at rest', { rows: [{ ...row, state: 'waiting' }] }],
    ['a claim that is left at rest', { rows: [{ ...row, state: 'claimed' }] }],
    ['a delivery given up without a dead letter', { rows: [{ ...row, state: 'exhausted' }] }],
    [
      'an event that is held although nothing is wrong with it',
      { rows: [], received: [], held: [eventHeld] },
    ],
    ['a delivery that is held before it has a row', { rows: [], received: [], held: [held] }],
    ['a delivery that is held although it was made', { held: [{ ...held, queue: 'stage-deliveries-dlq' }] }],
    [
      'an exhausted delivery whose dead letter is elsewhere',
      { rows: [exhausted], received: refusals, held: [{ ...held, queue: 'stage-retries-dlq' }] },
    ],
    [
      'a delivery that was cancelled before its end was asked for',
      {
        rows: [{ ...row, state: 'cancelled', attempts: [] }],
        received: [],
        subscriptions: [{ ...subscription, endAskedAtMs: 2_101, endedAtMs: 9_000 }],
      },
    ],
    [
      'a delivery that had no need to be planned, and still waits',
      { rows: [{ ...row, state: 'waiting' }], subscriptions: [{ ...subscription, endAskedAtMs: 500 }] },
    ],
    [
      'a delivery that was given up early',
      {
        rows: [{ ...exhausted, attempts: [{ status: 500 }, { status: 500 }] }],
        received: refusals.slice(1),
        held: [held],
      },
    ],
    [
      'a delivery that was given up without a call',
      { rows: [{ ...exhausted, attempts: [] }], received: [], held: [held] },
    ],
    [
      'a delivery that was given up although its receiver has taken it',
      {
        rows: [{ ...exhausted, attempts: [...exhausted.attempts.slice(1), { status: 204 }] }],
        received: [...refusals.slice(1), call('evt_1')],
        held: [held],
      },
    ],
    [
      'a delivery that expired before its time was over',
      { rows: [{ ...expired, atMs: 60_999 }], received: [], held: [held] },
    ],
    [
      'a delivery whose probes were counted as attempts',
      { rows: [{ ...exhausted, probes: 1 }], received: refusals, held: [held] },
    ],
    ['a delivery that nobody cancelled', { rows: [{ ...row, state: 'cancelled' }] }],
    [
      'an event that was taken in before the end was asked for',
      { rows: [], received: [], subscriptions: [{ ...subscription, endAskedAtMs: 1_501 }] },
    ],
    [
      'an event that was never taken in, and published before the end was asked for',
      { rows: [], received: [], takenIn: [], subscriptions: [{ ...subscription, endAskedAtMs: 1_501 }] },
    ],
    [
      'an undeliverable event that is not held',
      { published: [event, { ...event, id: 'evt_2', body: undefined }] },
    ],
  ])('%s', (_, evidence) => {
    expect([...new Set(report(evidence))]).toEqual(['I1']);
  });

  test.each<[string, Partial<Evidence>]>([
    [
      'a delivery that failed at every attempt, and is held',
      { rows: [exhausted], received: refusals, held: [held] },
    ],
    [
      'a delivery whose receiver cannot be reached at all',
      { rows: [{ ...exhausted, attempts: [{}, {}, {}] }], received: [], held: [held] },
    ],
    [
      'a delivery whose receiver is gone',
      {
        rows: [{ ...exhausted, attempts: [{ status: 410 }] }],
        received: [call('evt_1', { status: 410 })],
        held: [held],
      },
    ],
    [
      'a delivery to an address that may not be called',
      {
        subscriptions: [{ ...subscription, isForbidden: true }],
        rows: [{ ...exhausted, attempts: [{}] }],
        received: [],
        held: [held],
      },
    ],
    [
      'a delivery whose receiver took it too late',
      {
        rows: [{ ...exhausted, attempts: [{ status: 500 }, { status: 500 }, {}] }],
        received: [...refusals.slice(1), call('evt_1')],
        held: [held],
      },
    ],
    [
      'a delivery whose receiver took it when the function died',
      {
        rows: [exhausted],
        received: [call('evt_1'), ...refusals],
        held: [held],
        interrupted: [{ subscriptionId: 'sub_a', eventId: 'evt_1', fromMs: 1_900, untilMs: 2_100 }],
      },
    ],
    [
      'an event before the subscription counted',
      { rows: [], received: [], subscriptions: [{ ...subscription, effectiveAtMs: 5_000 }] },
    ],
    [
      'an event of a type that is not taken',
      { rows: [], received: [], subscriptions: [{ ...subscription, eventTypes: ['ticket.tagged'] }] },
    ],
    [
      'an event while its end was asked for',
      { rows: [], received: [], subscriptions: [{ ...subscription, endAskedAtMs: 500 }] },
    ],
    [
      'an event that was published before the end was asked for, and taken in afterwards',
      { rows: [], received: [], subscriptions: [{ ...subscription, endAskedAtMs: 1_200 }] },
    ],
  ])('but not in %s', (_, evidence) => {
    expect(report(evidence)).toEqual([]);
  });
});

test.each<[Invariant, string, Partial<Evidence>]>([
  ['I2', 'an event that nobody published', { received: [call('evt_1'), call('evt_9')] }],
  [
    'I2',
    'an event of a type that its subscription does not take',
    { subscriptions: [{ ...subscription, eventTypes: ['ticket.tagged'] }] },
  ],
  [
    'I3',
    'an event of another account',
    {
      published: [event, { ...event, id: 'evt_2', accountId: 'acc_b', body: body('evt_2', 'acc_b') }],
      received: [call('evt_1'), call('evt_2', { body: body('evt_2', 'acc_b') })],
    },
  ],
  [
    'I4',
    'other bytes than those that were published',
    { received: [call('evt_1', { body: `${body('evt_1')} ` })] },
  ],
  [
    'I4',
    'a signature by another key',
    { subscriptions: [{ ...subscription, secrets: [{ ...newSecret, fromMs: 0 }] }] },
  ],
  [
    'I4',
    'a signature by the old secret alone, once the new one counts',
    { subscriptions: [{ ...subscription, secrets: [...subscription.secrets, newSecret] }] },
  ],
  [
    'I4',
    'a signature by the new secret alone, while the old one counts',
    {
      subscriptions: [
        { ...subscription, secrets: [{ ...newSecret, untilMs: 2_001 }, ...subscription.secrets] },
      ],
    },
  ],
  ['I4', 'a time that is not of the call', { received: [call('evt_1', { atMs: 6_001 })] }],
  [
    'I4',
    'a signature by a secret that is over',
    { subscriptions: [{ ...subscription, secrets: [{ text: secret, fromMs: 0, untilMs: -8_000 }] }] },
  ],
  [
    'I4',
    'a call that is not ours by its name',
    { received: [{ ...call('evt_1'), headers: { ...call('evt_1').headers, 'user-agent': 'node' } }] },
  ],
  [
    'I4',
    'a call that is not of its type',
    {
      received: [{ ...call('evt_1'), headers: { ...call('evt_1').headers, 'content-type': 'text/plain' } }],
    },
  ],
  ...Object.entries({
    'iomnihub-subscription-id': 'sub_b',
    'iomnihub-event-type': 'ticket.resolved',
    'iomnihub-delivery-id': '',
    'iomnihub-attempt': '0',
    'iomnihub-test': 'true',
  }).map(([name, value]): [Invariant, string, Partial<Evidence>] => [
    'I4',
    `a call whose ${name} is another`,
    { received: [{ ...call('evt_1'), headers: { ...call('evt_1').headers, [name]: value } }] },
  ]),
  [
    'I4',
    'a call without what its owner wants to be sent',
    { subscriptions: [{ ...subscription, headers: { 'x-token': 'another' } }] },
  ],
  [
    'I6',
    'more calls than are scheduled',
    {
      received: [...refusals, call('evt_1')],
      rows: [{ ...row, attempts: [...exhausted.attempts, { status: 204 }] }],
    },
  ],
  [
    'I7',
    'a success that was recorded as another than it was',
    { rows: [{ ...row, attempts: [{ status: 200 }] }] },
  ],
  [
    'I7',
    'answers that are recorded as none',
    {
      published: [event, { ...event, id: 'evt_2', body: body('evt_2') }],
      rows: ['evt_1', 'evt_2'].map((eventId) => ({ ...exhausted, eventId, attempts: [{}, {}, {}] })),
      received: [...refusals, ...refusals.map(() => call('evt_2', { status: 500 }))],
      held: [held, { ...held, eventId: 'evt_2' }],
    },
  ],
  [
    'I7',
    'more attempts than there were',
    { rows: [{ ...row, attempts: [{ status: 204 }, { status: 204 }] }] },
  ],
  ['I5', 'an id that is not the event’s', { received: [{ ...call('evt_9'), ...idOf('evt_9') }] }],
  [
    'I6',
    'a call that was taken twice',
    {
      received: [call('evt_1'), call('evt_1')],
      rows: [{ ...row, attempts: [{ status: 204 }, { status: 204 }] }],
    },
  ],
  [
    'I6',
    'a call that was taken twice, both times just in time',
    {
      received: [call('evt_1', { answeredAtMs: 2_999 }), call('evt_1')],
      rows: [{ ...row, attempts: [{}, { status: 204 }] }],
    },
  ],
  [
    'I6',
    'a call that was taken twice, neither time by a function that died',
    {
      received: [call('evt_1'), call('evt_1')],
      rows: [{ ...row, attempts: [{ status: 204 }, { status: 204 }] }],
      interrupted: [
        { subscriptionId: 'sub_a', eventId: 'evt_1', fromMs: 2_001, untilMs: 3_000 },
        { subscriptionId: 'sub_b', eventId: 'evt_1', fromMs: 1_900, untilMs: 3_000 },
        { subscriptionId: 'sub_a', eventId: 'evt_1', fromMs: -2_000, untilMs: -1 },
      ],
    },
  ],
  [
    'I6',
    'more calls than are scheduled, after its event was redriven',
    {
      received: [...refusals, call('evt_1')],
      rows: [{ ...row, attempts: [...exhausted.attempts, { status: 204 }] }],
      redriven: [eventHeld],
    },
  ],
  ['I7', 'a call that is not recorded', { received: [call('evt_1', { status: 500 }), call('evt_1')] }],
  ['I8', 'others who wait for a dead account', { latencyRatio: 2.1 }],
  [
    'I9',
    'a call after the end',
    { subscriptions: [{ ...subscription, endAskedAtMs: -9_000, endedAtMs: -8_000 }] },
  ],
  [
    'I9',
    'a call while its owner wants none',
    { subscriptions: [{ ...subscription, quiet: [{ fromMs: -1, untilMs: 2_001 }] }] },
  ],
  [
    'I9',
    'a call at the path that it has moved from',
    { subscriptions: [{ ...subscription, moved: { path: '/acc_a/0?moved', atMs: -1 } }] },
  ],
  ['I10', 'a dead letter that a redrive lost', { redriven: [{ ...held, eventId: 'evt_0' }] }],
  ['I11', 'a secret in the table', { texts: { 'the table': `oh, ${secret}` } }],
  ['I11', 'a secret without its prefix', { texts: { 'the table': secret.slice('whsec_'.length) } }],
  ['I12', 'a connection to a private address', { touched: ['10.0.0.7'] }],
  ['I14', 'a delivery that is still parked', { rows: [parked], received: [] }],
  ['I14', 'the same after a redrive', { rows: [parked], received: [], redriven: [held] }],
])('%s: sees %s', (invariant, _, evidence) => {
  expect(report(evidence)).toEqual([invariant]);
});

/** Signed as the event `id`, with the bytes of evt_1. */
function idOf(id: string) {
  const text = body('evt_1');
  const signature = createHmac('sha256', 'a signing key').update(`${id}.1.${text}`).digest('base64');
  return {
    body: text,
    headers: headersOf(id, `v1,${signature}`),
  };
}

describe('after a redrive, looks at every delivery', () => {
  const other = { ...subscription, id: 'sub_b' };
  const redrivenEvent = { subscriptions: [subscription, other], redriven: [eventHeld] };
  const otherRow = { ...row, subscriptionId: 'sub_b' };

  test('of an event, also where one of them was made', () => {
    expect(report(redrivenEvent)).toEqual(['I10']);
  });

  test('which may have ended', () => {
    const received = [call('evt_1'), call('evt_1', { subscriptionId: 'sub_b' })];
    expect(report({ ...redrivenEvent, received, rows: [row, otherRow] })).toEqual([]);
  });

  test('which may be exhausted again', () => {
    const received = [
      call('evt_1'),
      ...refusals.map(() => call('evt_1', { subscriptionId: 'sub_b', status: 500 })),
    ];
    const rows = [row, { ...exhausted, subscriptionId: 'sub_b' }];
    expect(
      report({ ...redrivenEvent, received, rows, held: [{ ...held, subscriptionId: 'sub_b' }] }),
    ).toEqual([]);
  });

  test('which may be cancelled by an end that was asked for in the meantime', () => {
    const ended = { ...subscription, endAskedAtMs: 1_600, endedAtMs: 9_000 };
    const rows = [{ ...row, state: 'cancelled', attempts: [] }];
    expect(report({ subscriptions: [ended], rows, received: [], redriven: [held] })).toEqual([]);
  });
});

test('counts what a redrive lost as that, and not as a loss before it', () => {
  expect(report({ rows: [exhausted], received: refusals, redriven: [held] })).toEqual(['I10']);
});

describe('takes what the fault explains', () => {
  test.each<[string, Partial<Evidence>]>([
    [
      'a repeated call',
      {
        received: [call('evt_1'), call('evt_1')],
        rows: [{ ...row, attempts: [{ status: 204 }, { status: 204 }] }],
        excuses: { ...noExcuses, repeatedCalls: 1 },
      },
    ],
    [
      'calls that were answered too late',
      {
        received: [
          call('evt_1', { answeredAtMs: 3_000 }),
          call('evt_1', { answeredAtMs: undefined }),
          call('evt_1'),
        ],
        rows: [{ ...row, attempts: [{}, {}, { status: 204 }] }],
      },
    ],
    [
      'late answers that are recorded as none',
      {
        published: [event, { ...event, id: 'evt_2', body: body('evt_2') }],
        rows: ['evt_1', 'evt_2'].map((eventId) => ({ ...exhausted, eventId, attempts: [{}, {}, {}] })),
        received: ['evt_1', 'evt_2'].flatMap((id) =>
          refusals.map(() => call(id, { status: 500, answeredAtMs: 3_000 })),
        ),
        held: [held, { ...held, eventId: 'evt_2' }],
      },
    ],
    [
      'a clock that is off',
      {
        received: [call('evt_1', { atMs: 901_000 })],
        subscriptions: [{ ...subscription, secrets: [...subscription.secrets, newSecret] }],
        excuses: { ...noExcuses, clockOffMs: 900_000 },
      },
    ],
    [
      'a new secret that does not count yet',
      {
        subscriptions: [
          { ...subscription, secrets: [...subscription.secrets, { ...newSecret, fromMs: -7_999 }] },
        ],
      },
    ],
    [
      'an old secret that counts no more',
      {
        subscriptions: [
          { ...subscription, secrets: [{ ...newSecret, untilMs: 2_000 }, ...subscription.secrets] },
        ],
      },
    ],
    [
      'calls that were not counted',
      {
        received: [...refusals, call('evt_1')],
        rows: [{ ...row, attempts: [...exhausted.attempts, { status: 204 }] }],
        excuses: { ...noExcuses, uncountedCalls: 1 },
      },
    ],
    [
      'a schedule for each redrive',
      {
        received: [...refusals, call('evt_1')],
        rows: [{ ...row, attempts: [...exhausted.attempts, { status: 204 }] }],
        redriven: [held],
      },
    ],
    [
      'an answer that was not heard',
      { received: [refusal, call('evt_1')], rows: [{ ...row, attempts: [{}, { status: 204 }] }] },
    ],
    ['a delivery that is parked and held back', { ...heldBack, rows: [parked], received: [] }],
    [
      'a delivery that expired while it was parked',
      { ...heldBack, rows: [expired], received: [], held: [held] },
    ],
    [
      'a probe, which no schedule counts',
      {
        received: [...refusals, call('evt_1')],
        rows: [{ ...row, probes: 1, attempts: [...exhausted.attempts, { status: 204 }] }],
      },
    ],
    [
      'a call before and after its owner wanted none',
      {
        subscriptions: [
          {
            ...subscription,
            quiet: [
              { fromMs: 0, untilMs: 2_000 },
              { fromMs: 2_001, untilMs: 9_000 },
            ],
          },
        ],
      },
    ],
    [
      'an unrecorded call',
      {
        received: [call('evt_1', { status: 500 }), call('evt_1')],
        excuses: { ...noExcuses, unrecordedCalls: 1 },
      },
    ],
    [
      'calls of a delivery in work when a function died',
      {
        received: [call('evt_1'), call('evt_1'), call('evt_1')],
        interrupted: [
          { subscriptionId: 'sub_a', eventId: 'evt_1', fromMs: 1_900, untilMs: 2_100 },
          { subscriptionId: undefined, eventId: 'evt_1', fromMs: 1_500, untilMs: 1_600 },
        ],
      },
    ],
  ])('%s', (_, evidence) => {
    expect(report(evidence)).toEqual([]);
  });
});
