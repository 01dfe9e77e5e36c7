import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';

/** The address that a call has reached, once it has. */
export interface Reached {
  remoteAddress?: string;
}

const calls = new AsyncLocalStorage<Reached>();
const callOfRequest = new WeakMap<object, Reached>();

// undici tells in no other way which of a pool's connections has carried a request.
// https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
channel('undici:request:create').subscribe((message) => {
  const { request } = message as { request: object };
  const reached = calls.getStore();
  if (reached) callOfRequest.set(request, reached);
});
channel('undici:client:sendHeaders').subscribe((message) => {
  const { request, socket } = message as { request: object; socket: Reached };
  const reached = callOfRequest.get(request);
  if (reached && socket.remoteAddress) reached.remoteAddress = socket.remoteAddress;
});

/** Notes in `reached` to which address the request goes that `send` makes through undici. */
export function noteRemoteAddress<Result>(reached: Reached, send: () => Result): Result {
  return calls.run(reached, send);
}
