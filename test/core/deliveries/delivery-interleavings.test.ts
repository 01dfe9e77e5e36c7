import { describe, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { isOpen } from '../../../core/deliveries/delivery.ts';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';
import { createWorld, type Fate, type World } from './simulated-world.ts';

jest.setTimeout(120_000);

/** What may happen next; numbers pick one of those that could. */
type Step =
  | { readonly kind: 'perform'; readonly pick: number; readonly outcome: Answer; readonly fate: Fate }
  | { readonly kind: 'receive' | (typeof mischief)[number]; readonly pick: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'redrive'; readonly queueName: (typeof heldQueues)[number] }
  | { readonly kind: 'pass'; readonly seconds: number; readonly outlive: boolean };

const mischief = ['crash', 'duplicate', 'dispatch-again', 'disable', 'enable', 'crowd'] as const;
type Mischief = (typeof mischief)[number] | 'fail' | 'outlive' | 'sweep' | 'redrive';
const heldQueues = ['exhausted-deliveries', 'deliveries-dlq', 'retries-dlq'] as const;

const finalStates: (string | undefined)[] = ['delivered', 'exhausted', 'cancelled'];

type Answer = keyof typeof answers;
const answers = {
  taken: { kind: 'success', status: 204, durationMs: 1 },
  refused: { kind: 'failure', reason: 'status', status: 500, durationMs: 1 },
  overloaded: { kind: 'failure', reason: 'status', status: 503, durationMs: 1, retryAfterSeconds: 1_000 },
  gone: { kind: 'failure', reason: 'gone', status: 410, durationMs: 1 },
} satisfies Record<string, DeliveryOutcome>;

const pick = fc.nat(11);
const outcome = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('refused' as const, 'taken' as const) },
  { weight: 1, arbitrary: fc.constantFrom('overloaded' as const, 'gone' as const) },
);
const perform = (fate: fc.Arbitrary<Fate>) =>
  fc.record({ kind: fc.constant('perform' as const), pick, outcome, fate });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: perform(fc.constant('done')) },
  { weight: 2, arbitrary: perform(fc.constantFrom('failed', 'done-but-failed', 'done-but-denied')) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('receive' as const), pick }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom(...mischief), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('redrive' as const),
      queueName: fc.constantFrom(heldQueues[0], ...heldQueues),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      seconds: fc.constantFrom(1, 5, 61, 301, 3_700),
      outlive: fc.boolean(),
    }),
  },
);

interface Course {
  /** What goes wrong at all: where everything does, each call has its excuse, and no defect shows. */
  readonly allowed: readonly Mischief[];
  readonly steps: readonly Step[];
}

function isAllowed(next: Step, allowed: readonly Mischief[]): boolean {
  switch (next.kind) {
    case 'receive':
      return true;
    case 'perform':
      return next.fate === 'done' || allowed.includes('fail');
    case 'pass':
      return !next.outlive || allowed.includes('outlive');
    default:
      return allowed.includes(next.kind);
  }
}

function take(world: World, next: Step): void {
  switch (next.kind) {
    case 'perform':
      if (!world.perform(next.pick, answers[next.outcome], next.fate)) world.receive(next.pick);
      return;
    case 'receive':
      if (!world.receive(next.pick)) world.perform(next.pick, answers.refused);
      return;
    case 'crash':
      return world.crash(next.pick);
    case 'duplicate':
      return world.duplicate(next.pick);
    case 'dispatch-again':
      return world.dispatchAgain(next.pick);
    case 'disable':
      return void world.disable(next.pick);
    case 'enable':
      return world.enableAll();
    case 'crowd':
      return world.crowd(next.pick);
    case 'sweep':
      return world.sweep();
    case 'redrive':
      return world.redrive(next.queueName);
    case 'pass':
      return world.pass(next.seconds, next.outlive);
    default:
      next satisfies never;
  }
}

/** Nothing breaks any more: everybody goes on until nothing is left to do, and the operator empties what we failed at. */
async function comeToRest(world: World, answer: Answer): Promise<void> {
  world.disperse();
  for (let turn = 0; turn < 2_000; turn += 1) {
    await world.untilIdle();
    if (world.perform(0, answers[answer]) || world.receive(0)) continue;
    const nextAt = nextDueAt(world);
    if (world.messages.some(isHeldByUs)) {
      // Hidden by an operator who crashed, at worst.
      world.pass(901, false);
      for (const queueName of heldQueues.slice(1)) world.redrive(queueName);
    } else if (nextAt === undefined) {
      return;
    } else {
      world.pass(Math.max(0, Math.ceil((nextAt - world.now()) / 1_000)), false);
      world.sweep();
    }
  }
  throw new Error('it never comes to rest');
}

function isHeldByUs({ queue }: World['messages'][number]): boolean {
  return queue === 'deliveries-dlq' || queue === 'retries-dlq';
}

/** When the next message becomes visible or the next row due. */
function nextDueAt(world: World): number | undefined {
  const messages = world.messages.filter(({ queue }) => queue === 'deliveries' || queue === 'retries');
  const due = [...world.rows.values()].flatMap((row) => (isOpen(row) ? [Date.parse(row.dueAt)] : []));
  const times = [...messages.map(({ visibleAt }) => visibleAt), ...due];
  return times.length > 0 ? Math.min(...times) : undefined;
}

function statesOf(world: World): (string | undefined)[] {
  return [...world.accounts.keys()].map((id) => world.rows.get(id)?.state);
}

async function play(deliveryCount: number, { allowed, steps }: Course): Promise<World> {
  const world = createWorld(deliveryCount);
  for (const next of steps.filter((each) => isAllowed(each, allowed))) {
    take(world, next);
    await world.untilIdle();
  }
  return world;
}

const course: fc.Arbitrary<Course> = fc.record({
  allowed: fc.subarray<Mischief>(['fail', 'outlive', 'sweep', 'redrive', ...mischief]),
  steps: fc.array(step, { maxLength: 60, size: 'max' }),
});

describe('whatever is interleaved, repeated, reordered or broken off', () => {
  test.each([
    ['one delivery', 1, 5_000],
    ['several deliveries', 3, 2_000],
  ])('%s: no two settle, no call is unexplained, nothing is lost, and all end', async (_, count, numRuns) => {
    await fc.assert(
      fc.asyncProperty(course, fc.constantFrom<Answer>('refused', 'taken'), async (taken, answer) => {
        const world = await play(count, taken);
        await comeToRest(world, answer);
        const open = statesOf(world).filter((state) => !finalStates.includes(state));
        if (open.length > 0) throw new Error(`at rest, and ${open.join(', ')}`);
      }),
      { numRuns },
    );
  });

  test('what is exhausted has a dead letter, by which it can be redriven until it is delivered', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (taken) => {
        const world = await play(2, taken);
        await comeToRest(world, 'refused');
        world.enableAll();
        // Hidden by an operator who crashed, at worst.
        world.pass(901, false);
        world.redrive('exhausted-deliveries');
        await comeToRest(world, 'taken');
        if (statesOf(world).includes('exhausted')) throw new Error('redriven, and exhausted still');
      }),
      { numRuns: 2_000 },
    );
  });
});
