import { type Signal, useSignal } from '@preact/signals';
import { ApiFailure } from '../api/problem.ts';

/** Makes changes: afterwards what they have changed is read again, and why one could not be made is kept. */
export function useAttempt(onChanged: () => Promise<void>): {
  readonly failure: Signal<ApiFailure | undefined>;
  /** Returns true if the change was made. */
  readonly attempt: (change: () => Promise<unknown>) => Promise<boolean>;
} {
  const failure = useSignal<ApiFailure | undefined>(undefined);
  return {
    failure,
    async attempt(change) {
      failure.value = undefined;
      try {
        await change();
        await onChanged();
        return true;
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error;
        failure.value = error;
        return false;
      }
    },
  };
}
