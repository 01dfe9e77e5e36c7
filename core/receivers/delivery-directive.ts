/** The header of an answer by which a receiver says what is to become of its deliveries. */
export const directiveHeader = 'webhook-delivery';

/** `disable`: call me no more. `abort-message`: make no further attempt at this delivery. */
export const deliveryDirectives = ['disable', 'abort-message'] as const;
export type DeliveryDirective = (typeof deliveryDirectives)[number];

/**
 * The first known value, whatever its case. A proxy may have joined several headers to one, with commas in between
 * (RFC 9110, 5.3). Any other value is ignored, so that an answer that means something else changes nothing.
 */
export function parseDirective(headers: readonly string[]): DeliveryDirective | undefined {
  const values = headers.flatMap((header) => header.split(',')).map((value) => value.trim().toLowerCase());
  return values
    .map((value) => deliveryDirectives.find((directive) => directive === value))
    .find((directive) => directive !== undefined);
}
