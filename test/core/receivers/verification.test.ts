import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { echoesChallenge, verificationBody, verificationType } from '../../../core/receivers/verification.ts';

const challenge = 'kX3v-9_aaaaaaaaaaaaaaaaaaaaaaaaa';

describe('an answer echoes the challenge', () => {
  test.each([
    challenge,
    `${challenge}\r\n`,
    JSON.stringify({ challenge }),
    JSON.stringify({ ok: true, challenge }, null, 2),
    JSON.stringify(challenge),
    ` ${JSON.stringify(challenge)}\n`,
    `\ufeff${challenge}`,
    `\ufeff${JSON.stringify({ challenge })}`,
    `\ufeff${JSON.stringify(challenge)}`,
  ])('as %j', (answer) => expect(echoesChallenge(answer, challenge)).toBe(true));

  test.each([
    '',
    'ok',
    challenge.slice(1),
    `${challenge}${challenge}`,
    `the challenge is ${challenge}`,
    JSON.stringify({ data: { challenge } }),
    JSON.stringify([challenge]),
    'null',
    '5',
    `{"challenge":"${challenge}"`,
  ])('and not as %j', (answer) => expect(echoesChallenge(answer, challenge)).toBe(false));
});

test('a server that sends back whatever it gets does not consent', () => {
  const body = verificationBody({ id: 'vrf_1', accountId: 'acc_1', timestamp: '2026', challenge });

  expect(JSON.parse(body)).toMatchObject({ id: 'vrf_1', type: verificationType, data: { challenge } });
  expect(echoesChallenge(body, challenge)).toBe(false);
});

test('the call is of no type that anyone can subscribe to', () => {
  expect(eventTypes).not.toContain(verificationType);
});
