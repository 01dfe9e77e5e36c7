/** A clock that moves only when it is told to. */
export interface Clock {
  now(): Date;
  advance(ms: number): void;
}

export function createClock(start: Date): Clock {
  let ms = start.getTime();
  return {
    now: () => new Date(ms),
    advance(byMs) {
      ms += byMs;
    },
  };
}
