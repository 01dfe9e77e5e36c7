/**
 * Which event types a webhook takes, as its owner ticks them: types, `ticket.*` for all about one noun, `*` for all that
 * happens in the helpdesk.
 */

export const everything = '*';

/** Events about webhooks themselves. `*` does not take them. */
export const operational = 'webhook.*';

/** True if the selector, or a wider one, is ticked. */
export function isTicked(selector: string, ticked: readonly string[]): boolean {
  return ticked.includes(selector) || isImplied(selector, ticked);
}

/** True if a wider selector is ticked, so that this one makes no difference. */
export function isImplied(selector: string, ticked: readonly string[]): boolean {
  if (selector === everything) return false;
  const family = `${selector.split('.')[0]}.*`;
  if (family !== operational && ticked.includes(everything)) return true;
  return selector !== family && ticked.includes(family);
}

/** A wider selector takes the place of those that it implies. */
export function toggleSelector(selector: string, ticked: readonly string[]): readonly string[] {
  if (ticked.includes(selector)) return ticked.filter((one) => one !== selector);
  const next = [...ticked, selector];
  return next.filter((one) => !isImplied(one, next));
}
