/** The text at a JSON path into an event, such as `$.detail.accountId`. Undefined if there is none. */
export function textAt(path: string, event: unknown): string | undefined {
  let value = event;
  for (const name of path.replace(/^\$\./, '').split('.'))
    value = (value as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === 'string' ? value : undefined;
}
