import * as z from 'zod';
import { identifierSchema } from '../identifiers.ts';
import { parseJson } from '../json-text.ts';

/** Under which an event can be found in logs. `envelopeId` is the `EventId` that PutEvents answered. */
export interface EventNames {
  readonly envelopeId?: string;
  readonly eventId?: string;
  readonly accountId?: string;
}

/** Reads the ids of any message, as far as they are readable, so that its publisher can find it. Never throws. */
export function identifyEvent(text: string): EventNames {
  const { id: envelopeId, detail } = envelopeSchema.safeParse(parseJson(text)).data ?? {};
  return {
    ...(envelopeId === undefined ? {} : { envelopeId }),
    ...(detail?.id === undefined ? {} : { eventId: detail.id }),
    ...(detail?.accountId === undefined ? {} : { accountId: detail.accountId }),
  };
}

const readable = identifierSchema.optional().catch(undefined);
const envelopeSchema = z.looseObject({
  id: readable,
  detail: z.looseObject({ id: readable, accountId: readable }).catch({ id: undefined, accountId: undefined }),
});
