import type { Audit } from '../accounts/audit.ts';
import type { CallerContext } from '../http/handler.ts';

/** Records which headers of a subscription change; their values are secrets. */
export function auditHeaders(
  audit: Audit,
  request: CallerContext,
  subscriptionId: string,
  names: readonly string[],
): Promise<void> {
  return audit(request, 'headers.changed', { subscriptionId, details: { names } });
}
