/** The time so many milliseconds later, as it is stored: ISO 8601 in UTC with milliseconds. */
export function after(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
