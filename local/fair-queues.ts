import { FairOrder, type Grouped } from './fair-order.ts';

/** What we use of the classes of fauxqs that hold a queue and serve its operations. */
interface Message extends Grouped {
  readonly body: string;
  messageGroupId?: string | undefined;
}

interface Queue {
  messages: Message[];
  readonly inflightMessages: ReadonlyMap<string, { readonly message: Message }>;
  isFifo(): boolean;
  processTimers(): void;
  enqueue(message: Message): void;
  dequeue(count: number, ...others: unknown[]): { readonly ReceiptHandle: string }[];
  deleteMessage(receiptHandle: string): boolean;
}

interface SentEntry {
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
}

type Handler = (
  input: SentEntry & { readonly Entries?: readonly SentEntry[] },
  ...others: unknown[]
) => unknown;

interface Router {
  register(operation: string, handler: Handler): void;
}

/** What is being sent. The operations enqueue it before they return, in the same order, without what they refuse. */
let sent: SentEntry[] = [];

/**
 * fauxqs takes a message's group and forgets it, so one account's flood would make all others wait. With this, its
 * standard queues are fair, as those of SQS are.
 */
export async function handOutFairly(): Promise<void> {
  const folder = new URL('./sqs/', import.meta.resolve('fauxqs'));
  const [{ SqsQueue }, { SqsRouter }] = (await Promise.all([
    import(new URL('sqsStore.js', folder).href),
    import(new URL('sqsRouter.js', folder).href),
  ])) as [{ SqsQueue: { prototype: Queue } }, { SqsRouter: { prototype: Router } }];
  if (isPatched.has(SqsQueue.prototype)) return;
  isPatched.add(SqsQueue.prototype);
  keepGroups(SqsRouter.prototype, SqsQueue.prototype);
  takeFairly(SqsQueue.prototype);
}

/** A process may start several engines. */
const isPatched = new WeakSet<Queue>();

function keepGroups(router: Router, queue: Queue): void {
  const { register } = router;
  router.register = function (operation, handler) {
    const isSending = operation === 'SendMessage' || operation === 'SendMessageBatch';
    register.call(this, operation, (input, ...others) => {
      if (!isSending) return handler(input, ...others);
      sent = [...(input.Entries ?? [input])];
      try {
        return handler(input, ...others);
      } finally {
        sent = [];
      }
    });
  };
  const { enqueue } = queue;
  queue.enqueue = function (message) {
    while (sent[0] && sent[0].MessageBody !== message.body) sent.shift();
    const entry = sent.shift();
    // A message that goes to a dead-letter queue is not sent. It keeps its group.
    if (entry?.MessageGroupId !== undefined) message.messageGroupId = entry.MessageGroupId;
    enqueue.call(this, message);
  };
}

function takeFairly(queue: Queue): void {
  const orders = new WeakMap<Queue, FairOrder>();
  const receivedAtMs = new WeakMap<Message, number>();
  const flightOf = (message: Message) => ({ message, receivedAtMs: receivedAtMs.get(message) ?? Date.now() });
  const orderOf = (of: Queue) => {
    const order = orders.get(of) ?? new FairOrder();
    orders.set(of, order);
    return order;
  };

  const { dequeue, deleteMessage } = queue;
  queue.dequeue = function (count, ...others) {
    if (this.isFifo()) return dequeue.call(this, count, ...others);
    // Brings back what has become visible again.
    this.processTimers();
    if (this.messages.length > count) {
      const inFlight = [...this.inflightMessages.values()].map(({ message }) => flightOf(message));
      const next = new Set(orderOf(this).next(this.messages, inFlight, count, Date.now()));
      this.messages = [...next, ...this.messages.filter((message) => !next.has(message))];
    }
    const received = dequeue.call(this, count, ...others);
    for (const { ReceiptHandle } of received) {
      const entry = this.inflightMessages.get(ReceiptHandle);
      if (entry) receivedAtMs.set(entry.message, Date.now());
    }
    return received;
  };
  queue.deleteMessage = function (receiptHandle) {
    const entry = this.inflightMessages.get(receiptHandle);
    if (entry) orderOf(this).countProcessed(flightOf(entry.message), Date.now());
    return deleteMessage.call(this, receiptHandle);
  };
}
