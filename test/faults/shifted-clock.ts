/** Loaded before a function: its clock is off by `CLOCK_SHIFT_MS`, for everything that asks for the time. */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS']);
const SystemDate = Date;

class ShiftedDate extends SystemDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(ShiftedDate.now());
    else super(...given);
  }

  static override now(): number {
    return SystemDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
