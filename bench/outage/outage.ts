import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { nowMicros } from '../local-run/event-id.ts';
import type { Lateness, WatchedCall } from '../local-run/receivers-process.ts';
import { type Accounts, inTurn, type World } from '../local-run/world.ts';

/** One outage: of the receivers of some accounts, beside others whose receivers work. */

export interface Plan {
  /** In the names of phases. Letters and digits. */
  readonly name: string;
  /** Each has one account, whose receiver is down. */
  readonly victims: readonly Victim[];
  readonly others: Accounts;
  readonly othersPerSecond: number;
  /** How long the same is published before the outage. */
  readonly beforeSeconds: number;
  /** How long events are published during the outage. */
  readonly publishingSeconds: number;
  /** How long the outage lasts at least. */
  readonly outageSeconds: number;
  /** What ends it then: a machine that is busy elsewhere gets the time that it takes. */
  readonly endsOnce: 'parked' | 'tried three times';
  /** How long at most the deliveries may take to come afterwards. */
  readonly patienceSeconds: number;
}

export interface Victim {
  readonly accounts: Accounts;
  readonly eventsPerSecond: number;
}

export interface Outage {
  readonly downAtMicros: number;
  readonly upAtMicros: number;
  readonly ofVictims: readonly VictimOutcome[];
  /** Of the other accounts' callbacks. */
  readonly before: Lateness;
  readonly during: Lateness;
  readonly after: Lateness;
  /** Callbacks of the other accounts that never came. */
  readonly othersMissing: number;
}

export interface VictimOutcome {
  /** Events of the outage. */
  readonly published: number;
  /** To the receiver from the beginning of the outage on. */
  readonly calls: readonly WatchedCall[];
}

const working = { behaviour: 'answers', holdsForMs: 0 } as const;
const failing = { behaviour: 'fails', holdsForMs: 0 } as const;

export async function measureOutage(world: World, plan: Plan): Promise<Outage> {
  const { receivers } = world;
  const { name, victims, othersPerSecond, beforeSeconds, publishingSeconds, outageSeconds } = plan;
  const ports = victims.map(({ accounts }) => world.portOf(idOf(accounts)));
  await provePorts(world, victims);

  const before = await publishAll(world, plan, `${name}before`, beforeSeconds);
  const ofBefore = before.ofVictims.reduce((sum, count) => sum + count, 0);
  await receivers.latenessOfAll(`${name}beforedown`, ofBefore, 30_000);
  for (const port of ports) receivers.behave(port, failing);
  for (const port of ports) receivers.watch(port);
  // Orders are taken in turn.
  await receivers.latenessIn(`${name}before`);
  const downAtMicros = nowMicros();
  const parkedBefore = await countParked(world);
  const during = await publishAll(world, plan, `${name}during`, publishingSeconds);
  await setTimeout(Math.max(0, outageSeconds * 1_000 - (nowMicros() - downAtMicros) / 1_000));
  if (plan.endsOnce === 'parked') await untilParked(world, parkedBefore, during.ofVictims);
  else await untilTried(world, ports, 3 * during.ofVictims.reduce((sum, count) => sum + count, 0));
  for (const port of ports) receivers.behave(port, working);
  const upAtMicros = nowMicros();
  const after = await publishUntilDrained(world, plan, ports, during.ofVictims);

  const ofVictims: VictimOutcome[] = [];
  for (const [index, port] of ports.entries())
    ofVictims.push({ published: during.ofVictims[index] ?? 0, calls: await receivers.callsTo(port) });
  const phases = [before, during, after];
  const othersMissing = phases.reduce((sum, { ofOthers, lateness }) => sum + ofOthers - lateness.count, 0);
  const latenesses = { before: before.lateness, during: during.lateness, after: after.lateness };
  return { downAtMicros, upAtMicros, ofVictims, othersMissing, ...latenesses };

  async function publishUntilDrained(
    world: World,
    plan: Plan,
    ports: readonly number[],
    awaited: readonly number[],
  ) {
    const phase = `${name}after`;
    const endsAt = Date.now() + plan.patienceSeconds * 1_000;
    let ofOthers = 0;
    const isDrained = async () => {
      for (const [index, port] of ports.entries())
        if (countTaken(await receivers.callsTo(port)) < (awaited[index] ?? 0)) return false;
      return true;
    };
    while (Date.now() < endsAt && !(await isDrained()))
      ofOthers += await world.publisher.atRate({ phase, accountOf: inTurn(plan.others) }, othersPerSecond, 1);
    return { ofOthers, lateness: await receivers.latenessOfAll(phase, ofOthers, 30_000) };
  }
}

export function countTaken(calls: readonly WatchedCall[]): number {
  return new Set(calls.filter(({ isTaken }) => isTaken).map(({ id }) => id)).size;
}

/** An address that has never answered with 2xx gets one call a second. */
async function provePorts({ publisher, receivers }: World, victims: readonly Victim[]): Promise<void> {
  for (const { accounts } of victims) {
    const phase = `${accounts.name}proof`;
    await publisher.atRate({ phase, accountOf: inTurn(accounts) }, 1, 1);
    await receivers.latenessOfAll(phase, 1, 30_000);
  }
  // Until the functions' caches know.
  await setTimeout(1_000);
}

/** Resolves when all callbacks of the other accounts have come. */
async function publishAll(world: World, plan: Plan, phase: string, seconds: number) {
  const { publisher, receivers } = world;
  const ofVictims = plan.victims.map(({ accounts, eventsPerSecond }) =>
    publisher.atRate({ phase: `${phase}down`, accountOf: inTurn(accounts) }, eventsPerSecond, seconds),
  );
  const load = { phase, accountOf: inTurn(plan.others) };
  const ofOthers = await publisher.atRate(load, plan.othersPerSecond, seconds);
  const lateness = await receivers.latenessOfAll(phase, ofOthers, 30_000);
  return { ofOthers, lateness, ofVictims: await Promise.all(ofVictims) };
}

function idOf({ name }: Accounts): string {
  return `${name}0`;
}

/** Until nothing more was parked for two seconds, and nearly everything was. */
async function untilParked(world: World, before: number, published: readonly number[]): Promise<void> {
  const awaited = 0.9 * published.reduce((sum, count) => sum + count, 0);
  const endsAt = Date.now() + 60_000;
  let last = -1;
  for (;;) {
    const count = (await countParked(world)) - before;
    if (count === last && count >= awaited) return;
    if (Date.now() > endsAt) throw new Error(`only ${count} deliveries were parked, not ${awaited}`);
    last = count;
    await setTimeout(2_000);
  }
}

async function untilTried({ receivers }: World, ports: readonly number[], awaited: number): Promise<void> {
  for (const endsAt = Date.now() + 90_000; Date.now() < endsAt; await setTimeout(500)) {
    let count = 0;
    for (const port of ports) count += (await receivers.callsTo(port)).length;
    if (count >= awaited) return;
  }
  throw new Error(`the deliveries were not tried ${awaited} times`);
}

/** As the functions' metrics count it. */
async function countParked({ run: { logFolder } }: World): Promise<number> {
  const files = (await readdir(logFolder)).map((file) => readFile(join(logFolder, file), 'utf8'));
  const text = (await Promise.all(files)).join('');
  const counts = text.matchAll(/"DeliveriesParked":(\d+)/g);
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
