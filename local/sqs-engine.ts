import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { DatabaseSync } from 'node:sqlite';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { handOutFairly } from './fair-queues.ts';

/**
 * What SQS refuses in a body: all but tab, line feed, carriage return, U+0020–U+D7FF, U+E000–U+FFFD and
 * U+10000–U+10FFFF. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const refusedInBodies = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * An SQS for this machine, on a free port of loopback. `dataFolder` keeps its queues; without it, they are in memory.
 */
export async function startSqs(dataFolder?: string): Promise<FauxqsServer> {
  await Promise.all([takeEveryCharacter(), keepWhatIsGivenBack(), handOutFairly()]);
  const engine = await startFauxqs({
    port: 0,
    // The host in queue URLs. fauxqs puts a region in front of it.
    host: 'localhost',
    logger: false,
    ...(dataFolder ? { dataDir: dataFolder } : {}),
  });
  const stopShuttingOut = shutOutStrangers(engine.port);
  const { stop } = engine;
  return Object.assign(engine, {
    async stop() {
      stopShuttingOut();
      await stop();
    },
  });
}

/**
 * fauxqs looks at halves of characters, and so refuses those beyond U+FFFF, such as any emoji. It has no option for
 * this, but all its checks ask one regular expression.
 */
async function takeEveryCharacter(): Promise<void> {
  const file = new URL('./sqs/sqsTypes.js', import.meta.resolve('fauxqs'));
  const { INVALID_MESSAGE_BODY_CHAR } = (await import(file.href)) as {
    readonly INVALID_MESSAGE_BODY_CHAR: Pick<RegExp, 'test'>;
  };
  INVALID_MESSAGE_BODY_CHAR.test = (body) => refusedInBodies.test(body);
}

/**
 * With a data folder, fauxqs loses a message that its receiver gives back with a visibility timeout of 0, until it is
 * started again: it forgets the message, then fails to write that nobody has received it yet. It has been received,
 * so only its receipt has to go.
 */
async function keepWhatIsGivenBack(): Promise<void> {
  const file = new URL('./persistence.js', import.meta.resolve('fauxqs'));
  const { PersistenceManager } = (await import(file.href)) as {
    readonly PersistenceManager: { readonly prototype: Persistence };
  };
  PersistenceManager.prototype.updateMessageReady = dropReceipt;
}

function dropReceipt(this: Persistence, messageId: string): void {
  this.db
    .prepare('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?')
    .run(messageId);
}

/** What we use of the class with which fauxqs writes into its data folder. */
interface Persistence {
  readonly db: DatabaseSync;
  updateMessageReady: typeof dropReceipt;
}

/**
 * fauxqs always listens on every interface. This closes connections from other machines before they send anything.
 */
function shutOutStrangers(port: number): () => void {
  const listener = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === port && !/^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? ''))
      socket.destroy();
  };
  subscribe('net.server.socket', listener);
  return () => void unsubscribe('net.server.socket', listener);
}
