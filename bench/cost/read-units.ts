import type { WireProxy } from '../wire-proxy.ts';

export interface ReadUnits {
  /** By who read and how, such as `deliverer GetItem`, since the start or the last call. */
  take(): Record<string, number>;
}

const reads = ['GetItem', 'Query', 'BatchGetItem'];

interface Consumed {
  readonly CapacityUnits: number;
}

/** Lets the table's engine count the units of each read, and hands its answer on without them. */
export function countReadUnits(
  proxy: Pick<WireProxy, 'layer'>,
  nameOf: (caller: string) => string,
): ReadUnits {
  let units: Record<string, number> = {};
  proxy.layer(async (call) => {
    if (!reads.includes(call.operation)) return call.forward();
    const answer = await call.forward({ ...call.input, ReturnConsumedCapacity: 'TOTAL' });
    const { ConsumedCapacity, ...body } = answer.body as { ConsumedCapacity?: Consumed | Consumed[] };
    const name = `${nameOf(call.caller)} ${call.operation}`;
    for (const { CapacityUnits } of [ConsumedCapacity ?? []].flat())
      units[name] = (units[name] ?? 0) + CapacityUnits;
    return { ...answer, body };
  });
  return {
    take() {
      const taken = units;
      units = {};
      return taken;
    },
  };
}
