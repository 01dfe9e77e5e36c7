import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readBody } from '../../adapters/response-body.ts';

/** A body whose parts come when the test says so, by a clock of its own. Real answers are in https-callback-sender.test.ts. */
function openBody() {
  const stream = new TransformStream<Buffer, Buffer>();
  const writer = stream.writable.getWriter();
  let isDestroyed = false;
  const body = Object.assign(stream.readable as unknown as AsyncIterable<Buffer>, {
    destroy() {
      isDestroyed = true;
      void writer.abort(new Error('destroyed')).catch(() => undefined);
    },
  });
  return {
    body,
    send: (text: string) => void writer.write(Buffer.from(text)),
    isDestroyed: () => isDestroyed,
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('of a body that goes on', () => {
  test.each([
    ['no byte comes', []],
    ['a byte comes now and then', ['a', 'b', 'c']],
  ])('what came within a second is read: %s', async (_, parts) => {
    const { body, send, isDestroyed } = openBody();
    const read = readBody(body);
    for (const part of parts) {
      send(part);
      await jest.advanceTimersByTimeAsync(300);
    }
    await jest.advanceTimersByTimeAsync(999 - 300 * parts.length);
    expect(isDestroyed()).toBe(false);
    await jest.advanceTimersByTimeAsync(2);

    expect(isDestroyed()).toBe(true);
    expect((await read).toString()).toBe(parts.join(''));
  });

  test('4 KiB are read at most, at once', async () => {
    const { body, send } = openBody();
    const read = readBody(body);
    for (let count = 0; count < 5; count += 1) send('x'.repeat(1_000));

    expect((await read).toString()).toBe('x'.repeat(4_096));
  });
});
