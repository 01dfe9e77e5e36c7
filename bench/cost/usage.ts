/** What AWS counts of one event with all its deliveries. Averages, so they need not be whole. */
export interface Usage {
  /** Deliveries of the event. */
  readonly fanOut: number;
  /** By who asks and for what, such as `dispatcher SendMessageBatch`. All queues are fair ones. */
  readonly queueRequests: Readonly<Record<string, number>>;
  /** By what is written, such as `delivery` or `index feed`. */
  readonly writeUnits: Readonly<Record<string, number>>;
  /** By who asks and for what, such as `deliverer GetItem`. */
  readonly readUnits: Readonly<Record<string, number>>;
  /** Requests to the table, by who asks and for what. */
  readonly tableRequests: Readonly<Record<string, number>>;
  readonly keyRequests: number;
  /** By function. */
  readonly invocations: Readonly<Record<string, number>>;
  /** What the functions write themselves. */
  readonly logBytes: Readonly<Record<string, number>>;
  /** Of the items and index entries that stay. */
  readonly storedBytes: number;
  /** Requests to receivers, as HTTP. */
  readonly callbackBytes: number;
}

/** How long invocations of a function last. */
export interface InvocationModel {
  readonly memoryMb: number;
  /** CPU of one invocation, on a whole processor. */
  readonly cpuMs: number;
  /** While nothing is computed: receivers, the table, queues. */
  readonly waitingMs: number;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
