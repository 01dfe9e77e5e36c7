import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { eventCatalog, eventSource } from '../../core/events/event-catalog.ts';
import { nowMicros, writeEventId } from './event-id.ts';
import type { LocalRun } from './local-run.ts';
import type { Receivers } from './receivers.ts';

/**
 * Publishes by PutEvents. The calls are written by hand: the SDK would take more of the machine than what is measured
 * leaves of it.
 */

export interface Load {
  /** See `MeasuredEvent`. */
  readonly phase: string;
  /** Called for each event. */
  readonly accountOf: (index: number) => string;
}

export interface Publisher {
  /**
   * Publishes each event at its time, whatever becomes of the earlier ones. Several that are due go by one call.
   * Resolves with the number of events when all are accepted.
   */
  atRate(load: Load, eventsPerSecond: number, seconds: number): Promise<number>;
  /** Publishes whenever fewer callbacks are awaited, for so long. Resolves with the callbacks per second. */
  atSaturation(load: Load, options: SaturationOptions): Promise<number>;
  close(): Promise<void>;
}

export interface SaturationOptions {
  readonly receivers: Receivers;
  readonly fanOut: number;
  readonly awaited: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

/** As many as a call of PutEvents takes. */
const maxEntries = 10;
const bodyBytes = 1_024;

const [entry] = eventCatalog;
const { type } = entry;
const example = entry.example;

export function createPublisher(run: LocalRun): Publisher {
  const connections = new Agent({ connections: 8 });
  const publish = createPutEvents(run, connections);

  return {
    async atRate(load, eventsPerSecond, seconds) {
      const count = Math.max(1, Math.round(eventsPerSecond * seconds));
      const startMicros = nowMicros();
      const timeOf = (index: number) => startMicros + (index * 1e6) / eventsPerSecond;
      const calls: Promise<void>[] = [];
      for (let next = 0; next < count; ) {
        const waitMs = (timeOf(next) - nowMicros()) / 1_000;
        if (waitMs > 0) await setTimeout(waitMs);
        const first = next;
        while (next < count && next < first + maxEntries && timeOf(next) <= nowMicros()) next += 1;
        const due = Array.from({ length: next - first }, (_, index) => timeOf(first + index));
        if (due.length === 0) continue;
        const call = publish(load, due, first);
        // Told at the end.
        call.catch(() => undefined);
        calls.push(call);
      }
      await Promise.all(calls);
      return count;
    },

    async atSaturation(load, { receivers, fanOut, awaited, warmUpMs, measuredMs }) {
      const before = receivers.arrived();
      const endsAt = Date.now() + warmUpMs + measuredMs;
      const measured = measureArrivals(receivers, warmUpMs, measuredMs);
      let published = 0;
      while (Date.now() < endsAt) {
        const missing = awaited - (published * fanOut - (receivers.arrived() - before));
        if (missing < maxEntries * fanOut) {
          await receivers.haveArrived(receivers.arrived() + 1, 100);
          continue;
        }
        await publish(load, Array.from({ length: maxEntries }, nowMicros), published);
        published += maxEntries;
      }
      await receivers.haveArrived(before + published * fanOut, 30_000);
      return measured;
    },

    close: () => connections.close(),
  };
}

/** Publishes events that were planned for these times. `first` is the index of the first of them. */
type Publish = (load: Load, planned: readonly number[], first: number) => Promise<void>;

function createPutEvents({ eventsUrl, eventBusName }: LocalRun, dispatcher: Agent): Publish {
  return async (load, planned, first) => {
    const Entries = planned.map((plannedMicros, index) => ({
      EventBusName: eventBusName,
      Source: eventSource,
      DetailType: type,
      Detail: detailOf(writeEventId({ phase: load.phase, plannedMicros }), load.accountOf(first + index)),
    }));
    const { statusCode, body } = await request(eventsUrl, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
      body: JSON.stringify({ Entries }),
    });
    const answer = await body.text();
    if (statusCode !== 200 || !answer.includes('"FailedEntryCount":0'))
      throw new Error(`the bus refused events: ${statusCode} ${answer}`);
  };
}

async function measureArrivals(receivers: Receivers, warmUpMs: number, measuredMs: number): Promise<number> {
  await setTimeout(warmUpMs);
  const startMicros = nowMicros();
  const before = receivers.arrived();
  await setTimeout(measuredMs);
  return ((receivers.arrived() - before) * 1e6) / (nowMicros() - startMicros);
}

/** The detail of an event whose callback has a body of about 1 KB. */
function detailOf(id: string, accountId: string): string {
  return JSON.stringify({ id, accountId, occurredAt: exampleTime, data: { ...example, note } });
}

const exampleTime = '2026-11-23T16:55:00.000Z';
/** Around the data: id, type, time, account. */
const envelopeBytes = 160;
/** Text that compresses no better than what people write. */
const note = randomBytes(bodyBytes)
  .toString('base64url')
  .slice(0, Math.max(0, bodyBytes - envelopeBytes - JSON.stringify({ ...example, note: '' }).length));
