import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packContent, unpackContent } from '../../adapters/dynamo-event-content.ts';
import type { PlannedDelivery } from '../../core/deliveries/planning.ts';

test('a content that was stored before can still be read', () => {
  const stored =
    'eLsmoHL+i8aRVAxSLAzTjBItTZJNk1LNzI1hfBJTnCGqerSSDDXlGSInHkjuSjy8/PDifIUP82fNislTqq0FAP6SPKU=';

  expect(unpackContent(Buffer.from(stored, 'base64'))).toEqual({
    plan: [
      { subscriptionId: 'sub_0d81f2a94c5be6730d81f2a9', decision: 'enqueue' },
      { subscriptionId: 'sub_1', decision: 'not-subscribed' },
    ],
    body: '{"id":"evt_1","data":{"text":"ação 🚚\\n"}}',
  });
});

test('any body comes back letter by letter, and so does the plan', () => {
  const decision = fc.constantFrom<PlannedDelivery['decision']>('enqueue', 'disabled', 'not-subscribed');
  const plans = fc.array(fc.record({ subscriptionId: fc.string(), decision }));
  fc.assert(
    fc.property(plans, fc.string({ unit: 'binary' }), (plan, body) => {
      expect(unpackContent(packContent({ plan, body }))).toEqual({ plan, body });
    }),
  );
});
