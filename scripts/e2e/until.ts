import pWaitFor from 'p-wait-for';

/** Looks again and again until `find` returns something. Rejects with what it waited for when the signal stops it. */
export async function until<Found>(
  what: string,
  signal: AbortSignal,
  find: () => Found | undefined | Promise<Found | undefined>,
): Promise<Found> {
  try {
    return await pWaitFor<Found>(
      async () => {
        const found = await find();
        return found !== undefined && pWaitFor.resolveWith(found);
      },
      { interval: 200, signal },
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`waited in vain: ${what}`, { cause: error });
  }
}
