import { setTimeout } from 'node:timers/promises';
import type { SynthesizedStacks } from '../support/stacks-under-fault.ts';
import type { Excuses } from './evidence.ts';
import type { Size, World } from './world.ts';

/** Something that goes wrong while events are on their way. */
export interface Fault {
  readonly name: string;
  readonly what: string;
  /** Stage settings that it needs. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly excuses?: Partial<Excuses>;
  /** Retry schedules of other versions that are at work as well. */
  readonly otherSchedules?: readonly string[];
  /** Of the accounts, the last ones, whose receivers become a black hole. */
  readonly mortalAccounts?: (size: Size) => number;
  /** No other fault may be let loose with it. */
  readonly isAlone?: boolean;
  /** Measures latencies, on which whatever else the machine does would tell. */
  readonly isTimed?: boolean;
  /** Runs with the guard on, with receivers at public addresses; only where every address is this machine's own. */
  readonly isGuarded?: boolean;
  alterStacks?(synthesized: SynthesizedStacks): SynthesizedStacks;
  /** Called once all receivers have answered; events are published when it has returned. */
  begin(world: World): Trouble | Promise<Trouble>;
}

export interface Trouble {
  /** How often it has struck: one that never has shows nothing. */
  strikes(): number;
  /** Called when the events are published: waits for what is still to happen, and ends it. */
  end?(): Promise<void> | void;
  /** Of the latencies that were measured, for a fault that is about them. */
  latencyRatio?(): number;
}

/** So that deliveries to receivers that fail come to the end of their schedule. */
export const neverHeldBack = { breakerFailures: '0' };

/** Resolves once there was a strike; a fault that does not come about is a mistake of the run's. */
export async function untilStruck(strikes: () => number, atLeast = 1): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (strikes() < atLeast) {
    if (Date.now() > deadline) throw new Error('the fault has not come about within a minute');
    await setTimeout(50);
  }
}
