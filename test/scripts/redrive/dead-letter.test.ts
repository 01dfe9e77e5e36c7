import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { HeldMessage } from '../../../adapters/sqs-held-messages.ts';
import { isNamedBy, readDeadLetter } from '../../../scripts/redrive/dead-letter.ts';
import { deliveryMessage, envelope } from '../../support/builders.ts';

const sentAt = new Date('2026-11-23T16:55:00.000Z');

function held(body: string, attributes: Record<string, string> = {}): HeldMessage {
  const reason = attributes['reason'] ?? 'gave-up';
  return { messageId: 'm-1', body, reason, attributes, sentAt, receiveCount: 2, receiptHandle: 'r' };
}

describe('a dead letter', () => {
  test('of a delivery says whose it is', () => {
    const message = deliveryMessage();
    const { accountId, subscriptionId, eventId, eventType: type } = message;

    expect(readDeadLetter('deliveries-dlq', held(JSON.stringify(message)))).toEqual({
      queue: 'deliveries-dlq',
      messageId: 'm-1',
      accountId,
      subscriptionId,
      eventId,
      type,
      reason: 'gave-up',
      fields: [],
      sentAt: sentAt.toISOString(),
      receiveCount: 2,
    });
  });

  test('of an event says whose it is', () => {
    const body = envelope({ type: 'ticket.exploded', detail: { id: 'evt_7', accountId: 'acc_7' } });
    const letter = readDeadLetter('unrouted', held(body, { reason: 'unknown-type' }));

    expect(letter).toMatchObject({
      eventId: 'evt_7',
      accountId: 'acc_7',
      type: 'ticket.exploded',
      fields: ['detail-type'],
    });
    expect(letter).not.toHaveProperty('subscriptionId');
  });

  test.each([
    ['what is wrong with the rest', '{"detail":{"id":7,"accountId":"acc_7"}}', { accountId: 'acc_7' }],
    ['an id that is no identifier', '{"detail":{"id":"evt 7"}}', { eventId: 'evt 7' }],
    ['a detail that is none', '{"detail":7,"detail-type":"x"}', { type: 'x' }],
    ['no object', '["evt_7"]', {}],
    ['no JSON', '{', {}],
    ['nothing', '', {}],
  ])('says what can be read of it: %s', (_, body, readable) => {
    const { eventId, accountId, type } = readDeadLetter('ticket-created-dlq', held(body));

    expect(JSON.parse(JSON.stringify({ eventId, accountId, type }))).toEqual(readable);
  });

  test('can be read, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.record({ detail: fc.anything(), eventId: fc.anything() }).map((value) => JSON.stringify(value)),
        ),
        fc.constantFrom('unrouted', 'deliveries-dlq', 'ticket-created-dlq'),
        (body, queue) => {
          const letter = readDeadLetter(queue, held(body));
          expect(letter.messageId).toBe('m-1');
          for (const value of [letter.eventId, letter.accountId, letter.type])
            expect(['string', 'undefined']).toContain(typeof value);
        },
      ),
    );
  });

  test.each([
    [
      'as the function wrote it',
      {
        reason: 'invalid-data',
        explanation: 'detail.data.ticket: Invalid input; detail.data.tags.0: Too long',
      },
      ['detail.data.ticket', 'detail.data.tags.0'],
    ],
    [
      'each once',
      { reason: 'invalid-detail', explanation: 'detail.id: Too long; detail.id: Invalid input' },
      ['detail.id'],
    ],
    [
      'the id, if it stands for two events',
      { reason: 'id-conflict', explanation: 'another event' },
      ['detail.id'],
    ],
    ['the source, if it is another', { reason: 'unknown-source' }, ['source']],
    ['none, if all is well', { reason: 'gave-up' }, []],
  ])('names the fields at fault: %s', (_, attributes, fields) => {
    expect(readDeadLetter('ticket-created-dlq', held(envelope(), attributes)).fields).toEqual(fields);
  });

  test('names the fields that the catalog refuses now, if nobody wrote them down', () => {
    const letter = readDeadLetter('rule-targets-dlq', held(envelope({ detail: { data: {} } })));

    expect(letter.fields.length).toBeGreaterThan(0);
    for (const field of letter.fields) expect(field).toMatch(/^detail\.data\./);
  });

  test('has the message of EventBridge as its explanation', () => {
    const attributes = { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'Access denied' };
    expect(readDeadLetter('rule-targets-dlq', held(envelope(), attributes)).explanation).toBe(
      'Access denied',
    );
  });

  test('goes by the id of its event and by its own, and by no part of them', () => {
    const letter = readDeadLetter(
      'deliveries-dlq',
      held(JSON.stringify(deliveryMessage({ eventId: 'evt_7' }))),
    );

    expect(['evt_7', 'm-1', 'evt_', 'm', 'evt_77', ''].map((id) => isNamedBy([id], letter))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(isNamedBy([], letter)).toBe(false);
  });
});
