import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** What the demo receiver can be told to do with callbacks. `timeout`: it never answers. `slow`: after three seconds. */
export const behaviours = ['ok', '500', 'timeout', '410', 'slow'] as const;
export type Behaviour = (typeof behaviours)[number];

const slowMs = 3_000;

/** Answers a good callback. Returns the status that it sends, or undefined if it sends none. */
export async function behave(behaviour: Behaviour, response: ServerResponse): Promise<number | undefined> {
  if (behaviour === 'timeout') return undefined;
  if (behaviour === 'slow') await setTimeout(slowMs);
  const status = behaviour === '500' || behaviour === '410' ? Number(behaviour) : 204;
  response.writeHead(status).end();
  return status;
}
