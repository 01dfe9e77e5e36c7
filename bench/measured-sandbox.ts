import { createRequire } from 'node:module';
import { createContext } from '../local/lambda-context.ts';
import { answerParent } from './child.ts';
import type { Start, Usage, Work } from './measured-process.ts';

/** The process that is measured: it loads a handler and hands it one event after the other. */

type Handler = (event: unknown, context: object) => Promise<unknown>;

const timeoutMs = 45_000;

const [, , file = '', exportName = ''] = process.argv;
const exported = createRequire(import.meta.url)(file) as Record<string, Handler>;
const handler = exported[exportName];
if (!handler) throw new Error(`${file} does not export ${exportName}`);
const handle = handler;

async function work({ events, amount }: Work): Promise<Usage> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let handled = 0;
  let failedMessages = 0;
  const isDone = () => {
    if ('events' in amount) return handled >= amount.events;
    if ('ms' in amount) return performance.now() - startedAt >= amount.ms;
    return cpuSince(before) >= amount.cpuMs * 1_000;
  };
  while (!isDone()) {
    const event: unknown = JSON.parse(events[handled % events.length] ?? '');
    const result = await handle(event, createContext({ name: exportName, arn: exportName }, timeoutMs));
    failedMessages += failuresOf(result);
    handled += 1;
  }
  return { events: handled, cpuMicros: cpuSince(before), failedMessages };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function failuresOf(result: unknown): number {
  return (result as { batchItemFailures?: unknown[] } | undefined)?.batchItemFailures?.length ?? 0;
}

const { user, system } = process.cpuUsage();
answerParent({ cpuMicros: user + system } satisfies Start, (question: Work | 'peak-memory') =>
  question === 'peak-memory' ? process.resourceUsage().maxRSS * 1_024 : work(question),
);
