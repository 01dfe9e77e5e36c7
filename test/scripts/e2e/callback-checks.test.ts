import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Expected,
  requireEvent,
  requireGenuine,
  requireRepetitions,
} from '../../../scripts/e2e/callback-checks.ts';
import type { Callback } from '../../../scripts/e2e/receiver.ts';

/** An example that the specification of Standard Webhooks publishes. */
const secret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';
const headers = {
  'content-type': 'application/json',
  'webhook-id': 'msg_loFOjxBNrRLzqYUf',
  'webhook-timestamp': '1731705121',
  'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
};
const genuine: Callback = {
  headers,
  body: Buffer.from('{"event_type":"ping","data":{"success":true}}'),
  receivedAt: new Date(1_731_705_121_500),
};

function withHeaders(changed: Record<string, string>, callback = genuine): Callback {
  return { ...callback, headers: { ...callback.headers, ...changed } };
}

describe('a callback is genuine', () => {
  test('if one of its signatures fits', () => {
    const { 'webhook-signature': signature } = headers;
    for (const signatures of [signature, `v1,AAAA ${signature}`, `${signature} v1a,AAAA`])
      expect(() => requireGenuine(withHeaders({ 'webhook-signature': signatures }), secret)).not.toThrow();
  });

  test('under no other secret, and with no other byte in its body', () => {
    expect(() => requireGenuine(genuine, `${secret.slice(0, -1)}m`)).toThrow(
      'carries no signature that fits',
    );
    fc.assert(
      fc.property(fc.nat(genuine.body.length - 1), fc.integer({ min: 1, max: 255 }), (place, difference) => {
        const body = Buffer.from(genuine.body);
        body.writeUInt8(body.readUInt8(place) ^ difference, place);
        expect(() => requireGenuine({ ...genuine, body }, secret)).toThrow('carries no signature that fits');
      }),
    );
  });

  test.each([
    ['another id', { 'webhook-id': 'msg_2' }, 'carries no signature that fits'],
    ['another time', { 'webhook-timestamp': '1731705122' }, 'carries no signature that fits'],
    ['the time in words', { 'webhook-timestamp': 'now' }, 'is not the time of the call'],
    ['no id', { 'webhook-id': '' }, 'has no webhook-id'],
    ['no time', { 'webhook-timestamp': '' }, 'has no webhook-timestamp'],
    ['no signature', { 'webhook-signature': '' }, 'has no webhook-signature'],
    ['a signature without its version', { 'webhook-signature': 'rAvfW3dJ' }, 'no signature that fits'],
    [
      'a signature of another version',
      { 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') },
      'no signature that fits',
    ],
  ])('but not with %s', (_, changed, message) => {
    expect(() => requireGenuine(withHeaders(changed), secret)).toThrow(message);
  });

  test.each([-301, 301])('but not if it comes %i seconds from the time that it names', (seconds) => {
    const receivedAt = new Date((1_731_705_121 + seconds) * 1_000);

    expect(() => requireGenuine({ ...genuine, receivedAt }, secret)).toThrow('is not the time of the call');
  });
});

describe('a callback tells of an event', () => {
  const event: Expected = {
    id: 'evt_1',
    type: 'made.up',
    accountId: 'acc_1',
    timestamp: '2026-11-23T16:55:00.000Z',
    data: { tags: ['a', 'b'], note: null },
  };
  const callback = withHeaders({ 'webhook-id': event.id }, { ...genuine, body: write(event) });

  function write(body: object): Buffer {
    return Buffer.from(JSON.stringify(body));
  }

  test('in any order of its fields, and with further ones', () => {
    const body = write({ further: 1, ...Object.fromEntries(Object.entries(event).toReversed()) });

    expect(() => requireEvent({ ...callback, body }, event)).not.toThrow();
  });

  test.each([
    ['id', 'evt_2'],
    ['type', 'made.down'],
    ['accountId', 'acc_2'],
    ['timestamp', '2026-11-23T16:55:00Z'],
    ['data', { ...(event.data as object), tags: ['b', 'a'] }],
    ['data', { ...(event.data as object), more: true }],
    ['data', undefined],
  ])('but not with another %s: %j', (name, value) => {
    const body = write({ ...event, [name]: value });

    expect(() => requireEvent({ ...callback, body }, event)).toThrow(`has ${name} `);
  });

  test.each([
    [{ 'webhook-id': 'evt_2' }, 'has the webhook-id evt_2'],
    [{ 'content-type': 'text/plain' }, 'has the content-type text/plain'],
    [{ 'content-type': '' }, 'has the content-type of nothing'],
  ])('but not with the headers %j', (changed, message) => {
    expect(() => requireEvent(withHeaders(changed, callback), event)).toThrow(message);
  });
});

describe('attempts of one delivery', () => {
  const later = withHeaders({ 'webhook-timestamp': '1731705122' });

  test('have one id and body, and a time each', () => {
    expect(() => requireRepetitions([genuine, later])).not.toThrow();
    expect(() => requireRepetitions([genuine])).not.toThrow();
  });

  test.each([
    ['another id', withHeaders({ 'webhook-id': 'msg_2' }, later), 'has the webhook-id msg_2'],
    ['another body', { ...later, body: Buffer.from('{}') }, 'has other bytes in its body'],
    ['the same time', genuine, 'have the same webhook-timestamp'],
  ])('are not two with %s', (_, other, message) => {
    expect(() => requireRepetitions([genuine, other])).toThrow(message);
    expect(() => requireRepetitions([withHeaders({ 'webhook-timestamp': '1' }), genuine, other])).toThrow(
      message,
    );
  });
});
