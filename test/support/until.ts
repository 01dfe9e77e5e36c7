import pWaitFor from 'p-wait-for';

type Found<T> = Exclude<T, false | undefined>;

/**
 * Looks again and again until `find` returns something, and resolves with that. Rejects if `what` has not come about
 * after `patienceMs`: a test that waits in vain must fail, and not keep all others waiting.
 */
export function until<T>(
  what: string,
  find: () => T | Promise<T>,
  { everyMs = 50, patienceMs = 100_000 }: { readonly everyMs?: number; readonly patienceMs?: number } = {},
): Promise<Found<T>> {
  const message = `not within ${patienceMs / 1_000} s: ${what}`;
  return pWaitFor<Found<T>>(
    async () => {
      const found = await find();
      return found !== undefined && found !== false && pWaitFor.resolveWith(found as Found<T>);
    },
    { interval: everyMs, timeout: { milliseconds: patienceMs, message } },
  );
}
