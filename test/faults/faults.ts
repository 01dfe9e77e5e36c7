import { badReceivers } from './bad-receivers.ts';
import { brokenWires } from './broken-wires.ts';
import { changes } from './changes.ts';
import type { Fault } from './fault.ts';
import { kills } from './kills.ts';
import { outages } from './outages.ts';
import { pauses } from './pauses.ts';

/** All that can be injected. */
export const allFaults: readonly Fault[] = [
  ...kills,
  ...brokenWires,
  ...badReceivers,
  ...outages,
  ...pauses,
  ...changes,
];
