import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createLambdaHandler } from '../../functions/lambda-handler.ts';

function contextWith(remainingMs: number) {
  return { getRemainingTimeInMillis: () => remainingMs } as Context;
}

describe('the handler of a function', () => {
  it('answers what the function answers', async () => {
    const handler = createLambdaHandler(async (event: string) => `did ${event}`, []);
    await expect(handler('work 🛠️', contextWith(1_000))).resolves.toBe('did work 🛠️');
  });

  it('leaves it to Lambda to end it when it is out of time', async () => {
    let begun = false;
    const handler = createLambdaHandler(() => {
      begun = true;
      return new Promise<never>(() => undefined);
    }, []);
    const ended = handler('work', contextWith(0)).then(
      () => 'answered',
      () => 'failed',
    );
    await expect(Promise.race([ended, wait(100, 'goes on')])).resolves.toBe('goes on');
    expect(begun).toBe(true);
  });
});
