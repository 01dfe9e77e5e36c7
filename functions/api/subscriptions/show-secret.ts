import type { CallerContext } from '../http/handler.ts';

/** A new signing secret, if its caller may see secrets. Whoever may not can still make one: somebody else reads it. */
export function showSecret(
  { capabilities }: Pick<CallerContext, 'capabilities'>,
  secret: string,
): { secret?: string } {
  return capabilities.includes('secrets') ? { secret } : {};
}
