import * as z from 'zod';
import { identifierSchema } from '../identifiers.ts';

/** Where the calls of a drill are found. A drill has no item of its own. */
const drillSchema = z.object({
  subscriptionId: identifierSchema,
  startedAt: z.iso.datetime(),
  /** What the ids of its calls begin with. */
  drill: z.string().regex(/^drl_[0-9a-f]{24}$/),
});
export type DrillName = z.infer<typeof drillSchema>;

/** The identifier that the API shows. */
export function formatDrillId({ subscriptionId, startedAt, drill }: DrillName): string {
  return `drl_${Buffer.from([subscriptionId, startedAt, drill].join(' ')).toString('base64url')}`;
}

/** Undefined for text that is not one. */
export function parseDrillId(id: string): DrillName | undefined {
  const [, encoded = ''] = /^drl_([A-Za-z0-9_-]{1,300})$/.exec(id) ?? [];
  const [subscriptionId, startedAt, drill, ...rest] = Buffer.from(encoded, 'base64url').toString().split(' ');
  const named = drillSchema.safeParse({ subscriptionId, startedAt, drill });
  return named.success && rest.length === 0 ? named.data : undefined;
}
