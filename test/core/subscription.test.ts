import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../core/event-catalog.ts';
import { liveSecrets, newSubscriptionSchema, presentSubscription } from '../../core/subscription.ts';
import { subscription } from '../support/builders.ts';

const schema = newSubscriptionSchema({ allowPrivateCallbacks: false });
const [first, second] = eventTypes;
const valid = { url: 'https://CRM.example.com/hook', eventTypes: [first], description: 'CRM' };

describe('newSubscriptionSchema', () => {
  test('takes a subscription with its URL normalized', () => {
    expect(schema.parse(valid)).toEqual({ ...valid, url: 'https://crm.example.com/hook' });
  });

  test('needs no description', () => {
    expect(schema.parse({ url: valid.url, eventTypes: [first] }).description).toBe('');
  });

  test('an event type named twice counts once', () => {
    expect(schema.parse({ ...valid, eventTypes: [second, first, second] }).eventTypes).toEqual([
      second,
      first,
    ]);
  });

  test.each([
    ['no URL', { url: undefined }, 'url', ''],
    ['a URL that is none', { url: 'crm' }, 'url', 'must be an absolute URL'],
    ['plain http', { url: 'http://crm.example.com/' }, 'url', 'must start with https://'],
    ['a URL that is a number', { url: 5 }, 'url', ''],
    ['no types', { eventTypes: undefined }, 'eventTypes', ''],
    ['an empty list of types', { eventTypes: [] }, 'eventTypes', ''],
    ['an unknown type', { eventTypes: [first, 'ticket.exploded'] }, 'eventTypes.1', first],
    ['a long description', { description: 'x'.repeat(501) }, 'description', ''],
  ])('%s is an error of its field', (_, wrong, field, message) => {
    const issues = schema.safeParse({ ...valid, ...wrong }).error?.issues ?? [];

    expect(issues.map(({ path }) => path.join('.'))).toEqual([field]);
    expect(issues[0]?.message).toContain(message);
  });

  test.each(['accountId', 'id', 'secrets', 'status', 'anything'])(
    'refuses %s, which is not the caller’s',
    (field) => {
      expect(schema.safeParse({ ...valid, [field]: 'x' }).error?.issues[0]).toMatchObject({
        code: 'unrecognized_keys',
        keys: [field],
      });
    },
  );

  test('private addresses are a matter of the stage', () => {
    const local = newSubscriptionSchema({ allowPrivateCallbacks: true });

    expect(local.parse({ ...valid, url: 'http://127.0.0.1:4000/hook' }).url).toBe(
      'http://127.0.0.1:4000/hook',
    );
  });
});

test('what the API shows holds no secrets and no account', () => {
  const shown = presentSubscription(subscription());

  expect(shown).toMatchObject({ id: 'sub_1', status: 'enabled' });
  expect(JSON.stringify(shown)).not.toMatch(/secret|sealed|acc_1/);
});

test('a secret signs until it expires, and not from that moment', () => {
  const [current, previous] = [
    { sealed: 'new', createdAt: '2026-11-23T00:00:00.000Z' },
    { sealed: 'old', createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-11-24T00:00:00.000Z' },
  ];
  const at = (time: string) => liveSecrets(subscription({ secrets: [current, previous] }), new Date(time));

  expect(at('2026-11-23T23:59:59.999Z')).toEqual([current, previous]);
  expect(at('2026-11-24T00:00:00.000Z')).toEqual([current]);
});
