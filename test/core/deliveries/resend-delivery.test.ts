import { expect, test } from '@jest/globals';
import { messageFor } from '../../../core/deliveries/delivery.ts';
import { resendDelivery } from '../../../core/deliveries/resend-delivery.ts';
import { exhaustedDelivery, waitingDelivery } from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const seen = exhaustedDelivery({ version: 3 });
const next = waitingDelivery({ version: 4 });

function resend({ isKept = true, isReplaced = true } = {}) {
  const steps: unknown[] = [];
  const ports = {
    events: {
      async keepEvent(...given: unknown[]) {
        steps.push(['keep', ...given]);
        return isKept;
      },
    },
    deliveries: {
      async replaceDelivery(...given: unknown[]) {
        steps.push(['replace', ...given]);
        return isReplaced;
      },
    },
    async announce() {
      steps.push(['announce']);
    },
    async send(...given: unknown[]) {
      steps.push(['send', ...given]);
    },
  };
  return resendDelivery(ports, seen, next, now).then((result) => ({ result, steps }));
}

const kept = ['keep', 'acc_1', 'evt_1', now];
const announced = ['announce'];
const replaced = ['replace', seen, next];

test('a delivery is sent again once its event is kept and its row is written', async () => {
  expect(await resend()).toEqual({
    result: 'sent',
    steps: [kept, announced, replaced, ['send', messageFor(next)]],
  });
});

test('nothing is written for an event that is gone', async () => {
  expect(await resend({ isKept: false })).toEqual({ result: 'too-old', steps: [kept] });
});

test('nothing is sent for a row that has changed since it was read', async () => {
  expect(await resend({ isReplaced: false })).toEqual({
    result: 'overtaken',
    steps: [kept, announced, replaced],
  });
});
