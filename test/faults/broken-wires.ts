import { setTimeout } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Answerer, WireAnswer, WireCall, WireProxy } from '../../bench/wire-proxy.ts';
import { callDeadlineMs, sendsTo } from '../support/stacks-under-fault.ts';
import { type Fault, neverHeldBack, type Trouble, untilStruck } from './fault.ts';
import type { World } from './world.ts';

/** AWS calls that fail, or land and lose their answer: between function and engine, on the wire. */

const throttled: WireAnswer = {
  status: 400,
  body: { __type: 'ThrottlingException', message: 'rate exceeded, on purpose' },
};
const denied: WireAnswer = {
  status: 403,
  body: { __type: 'AccessDeniedException', message: 'denied, on purpose' },
};
const unavailable: WireAnswer = {
  status: 500,
  body: { __type: 'InternalFailure', message: 'broken, on purpose' },
};
/** A minute's outage in proportion to this run's timeouts. */
const outageMs = 6_000;

/** Breaks calls until the events are published and `lastsMs` more. */
function breaks(
  wire: WireProxy,
  isHit: (call: WireCall) => boolean,
  answer: (call: WireCall, strike: number) => ReturnType<Answerer>,
  lastsMs = outageMs,
): Trouble {
  let strikes = 0;
  const remove = wire.layer(async (call) => (isHit(call) ? answer(call, (strikes += 1)) : call.forward()));
  return {
    strikes: () => strikes,
    async end() {
      await setTimeout(lastsMs);
      await untilStruck(() => strikes);
      remove();
    },
  };
}

/** A deliverer keeps the secrets that it has opened, and may not ask KMS again while a fault lasts. A new one asks. */
function forgetSecrets(stacks: World['stacks']): void {
  stacks.kill('Deliverer');
}

const isWrite = ({ operation }: WireCall) =>
  /^(PutItem|UpdateItem|BatchWriteItem|SendMessage.*)$/.test(operation);
/** EventBridge repeats by itself, and holds what it cannot be sure of: its sends, to the queues of events, are not ours. */
const isOfFunction = (call: WireCall) =>
  isWrite(call) &&
  (!call.operation.startsWith('SendMessage') ||
    ['deliveries', 'retries', 'exhausted-deliveries'].some((queue) => sendsTo(queue)(call)));
const receivesFrom = (queue: string) => (call: WireCall) =>
  call.operation === 'ReceiveMessage' && String(call.input.QueueUrl).endsWith(`-${queue}`);

/** Two writers may have called for a delivery whose write was in doubt. */
const inDoubt = { repeatedCalls: 1, unrecordedCalls: 1 };

export const brokenWires: readonly Fault[] = [
  {
    name: 'table-throttled',
    what: '30 % of the calls to the table are throttled',
    // A result may not be written although its attempt is, several times.
    excuses: { ...inDoubt, uncountedCalls: 2 },
    begin: ({ stacks, random }) =>
      breaks(
        stacks.wire.table,
        () => random() < 0.3,
        async () => throttled,
      ),
  },
  {
    name: 'table-down',
    what: 'every call to the table is throttled for a while',
    excuses: inDoubt,
    begin: ({ stacks }) =>
      breaks(
        stacks.wire.table,
        () => true,
        async () => throttled,
      ),
  },
  {
    name: 'kms-down',
    what: 'KMS is down for a while',
    begin({ stacks }) {
      forgetSecrets(stacks);
      return breaks(
        stacks.wire.kms,
        () => true,
        async () => unavailable,
      );
    },
  },
  {
    name: 'one-item-fails',
    what: 'one account’s secrets cannot be decrypted, among others of its batches',
    begin(world) {
      const [unlucky] = world.take(1);
      forgetSecrets(world.stacks);
      return breaks(
        world.stacks.wire.kms,
        ({ input }) => input.EncryptionContext?.accountId === unlucky?.accountId,
        async () => unavailable,
      );
    },
  },
  {
    name: 'answers-lost',
    what: 'writes and sends land, and 20 % of their answers are lost',
    excuses: inDoubt,
    begin: ({ stacks, random }) => {
      const hit = (call: WireCall) => isOfFunction(call) && random() < 0.2;
      const landAndLose = async (call: WireCall) => {
        await call.forward();
        return undefined;
      };
      const [table, queues] = [stacks.wire.table, stacks.wire.sqs].map((wire) =>
        breaks(wire, hit, landAndLose),
      );
      return {
        strikes: () => Math.min(table?.strikes() ?? 0, queues?.strikes() ?? 0),
        end: async () => void (await Promise.all([table?.end?.(), queues?.end?.()])),
      };
    },
  },
  {
    name: 'entries-refused',
    what: 'SQS takes the dispatcher’s batches, and refuses some of their entries',
    begin: ({ stacks, random }) =>
      breaks(stacks.wire.sqs, sendsTo('deliveries'), async (call) => {
        const [refused, taken] = [[], []] as [{ Id: string }[], { Id: string }[]];
        for (const sent of call.input.Entries as { Id: string }[])
          (random() < 0.4 ? refused : taken).push(sent);
        const Failed = refused.map(({ Id }) => ({ Id, SenderFault: false, Code: 'ServiceUnavailable' }));
        if (taken.length === 0) return { status: 200, body: { Successful: [], Failed } };
        const answer = await call.forward({ ...call.input, Entries: taken });
        return { ...answer, body: { ...answer.body, Failed: [...(answer.body.Failed ?? []), ...Failed] } };
      }),
  },
  {
    name: 'exhausted-queue-down',
    what: 'the queue of exhausted deliveries takes nothing for a while, when deliveries have no attempt left',
    // Whoever cannot send it gives up its claim, and calls again with the next one.
    excuses: { uncountedCalls: 6 },
    settings: neverHeldBack,
    begin(world) {
      for (const subscriber of world.take(2)) world.behave(subscriber, { statuses: [500] });
      return breaks(world.stacks.wire.sqs, sendsTo('exhausted-deliveries'), async () => unavailable);
    },
  },
  {
    name: 'messages-twice',
    what: 'every message is delivered twice, and in another order',
    // Two first messages, and what a second dispatch of the event brings; each comes before the call is recorded.
    excuses: { repeatedCalls: 2, unrecordedCalls: 2 },
    begin({ stacks }) {
      const sends = breaks(
        stacks.wire.sqs,
        ({ operation }) => operation.startsWith('SendMessage'),
        async (call) => {
          await call.forward();
          return call.forward();
        },
      );
      const reorder = stacks.wire.sqs.layer(async (call) => {
        const answer = await call.forward();
        const { Messages } = answer.body;
        return Messages ? { ...answer, body: { ...answer.body, Messages: Messages.toReversed() } } : answer;
      });
      return {
        strikes: sends.strikes,
        async end() {
          await sends.end?.();
          reorder();
        },
      };
    },
  },
  {
    name: 'visible-again',
    what: 'messages become visible again while they are in work',
    excuses: inDoubt,
    begin(world) {
      for (const subscriber of world.take(2)) world.behave(subscriber, { delaysMs: [700, 700, 700] });
      const handedOutAtMs = new Map<string, number>();
      let again = 0;
      const trouble = breaks(
        world.stacks.wire.sqs,
        (call) => receivesFrom('deliveries')(call) || receivesFrom('retries')(call),
        async (call, strike) => {
          // Not for ever: each time counts against the receives after which a message is held.
          const answer = await call.forward(
            strike <= 20 ? { ...call.input, VisibilityTimeout: 0 } : call.input,
          );
          for (const { MessageId } of (answer.body.Messages ?? []) as { MessageId: string }[]) {
            if (Date.now() - (handedOutAtMs.get(MessageId) ?? 0) < callDeadlineMs) again += 1;
            handedOutAtMs.set(MessageId, Date.now());
          }
          return answer;
        },
      );
      return { ...trouble, strikes: () => again };
    },
  },
  {
    name: 'consumer-stops',
    what: 'the consumer of the deliveries gets nothing for a while, and nobody is told',
    begin: ({ stacks }) =>
      breaks(stacks.wire.sqs, receivesFrom('deliveries'), async () => {
        await setTimeout(200);
        return { status: 200, body: {} };
      }),
  },
  {
    name: 'rule-target-denied',
    what: 'EventBridge may not send to the queue of an event type; the events are redriven afterwards',
    begin(world) {
      const trouble = breaks(world.stacks.wire.sqs, sendsTo('ticket-created'), async () => denied, 0);
      return {
        strikes: trouble.strikes,
        async end() {
          await trouble.end?.();
          await world.comeToRest();
          const held = await world.readHeld();
          world.redriven.push(...held.filter(({ queue }) => queue.endsWith('-rule-targets-dlq')));
          await world.redrive('rule-targets-dlq');
        },
      };
    },
  },
  {
    name: 'poison',
    what: 'events and messages that can never be delivered come in among the others',
    async begin(world) {
      const [accountId = ''] = world.accountIds;
      await world.publish([
        { accountId, id: 'evt_without_account', detail: { accountId: undefined } },
        { accountId, id: 'evt_of_no_object', detail: { data: 'not an object' } },
        { accountId, id: 'evt_too_large', detail: { data: { text: 'x'.repeat(900_000) } } },
      ]);
      const queues = ['ticket-created', 'deliveries', 'retries'];
      for (const queue of queues) await sendGarbage(world, queue);
      return {
        strikes: () => queues.length,
        async end() {
          await world.comeToRest();
          const garbage = (await world.readHeld()).filter(({ eventId }) => eventId === 'undefined');
          if (garbage.length !== queues.length)
            throw new Error(`${garbage.length} of ${queues.length} unreadable messages are held`);
        },
      };
    },
  },
];

async function sendGarbage({ sqs, stacks }: World, queue: string): Promise<void> {
  const QueueUrl = `${stacks.sqsUrl}/000000000000/iomnihub-webhooks-local-${queue}`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"not":"json' }));
}
