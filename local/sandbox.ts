import { createRequire, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createContext } from './lambda-context.ts';

/** One Lambda sandbox: a process that loads a bundle and runs one invocation at a time for its parent. */

export interface Invocation {
  readonly event: unknown;
  readonly timeoutMs: number;
}

export type InvocationResult = { readonly result: unknown } | { readonly error: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [, , codeFolder = '', handlerName = '', functionName = '', functionArn = ''] = process.argv;
const [file = '', exportName = ''] = handlerName.split('.');

const handler = loadHandler();
// Write the cache now, for later sandboxes. This process will be ended by a signal and could not write it then.
flushCompileCache();

process.on('message', (invocation: Invocation) => {
  process.send?.('started');
  void run(invocation).then((answer) => process.send?.(answer));
});
// Without its parent, the process has nothing to do.
process.on('disconnect', () => process.exit());
process.send?.('ready');

function loadHandler(): Handler {
  const bundle = createRequire(import.meta.url)(join(codeFolder, `${file}.js`)) as Record<string, Handler>;
  const found = bundle[exportName];
  if (!found) throw new Error(`${handlerName} is not in the bundle`);
  return found;
}

async function run({ event, timeoutMs }: Invocation): Promise<InvocationResult> {
  const context = createContext({ name: functionName, arn: functionArn }, timeoutMs);
  try {
    return { result: await handler(event, context) };
  } catch (error) {
    return { error: Error.isError(error) ? (error.stack ?? error.message) : String(error) };
  }
}
