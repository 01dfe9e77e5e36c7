import * as z from 'zod';
import { timestampSchema } from '../core/identifiers.ts';
import { sessionView } from './account-views.ts';
import { declareRoutes } from './route.ts';

const openingBody = z.strictObject({
  code: z.string('must be text').max(200, 'must have at most 200 characters').meta({
    description: 'From the link, `whl_…`.',
  }),
});

const count = z.int().positive();

const expiringSessionView = sessionView.extend({ expiresAt: timestampSchema });

/** What the page knows of its session. */
const ownSessionView = expiringSessionView.omit({ lastUsedAt: true }).extend({
  limits: z
    .object({
      subscriptions: count.meta({ description: 'How many an account may have.' }),
      callbackTimeoutMs: count.meta({
        description: 'The longest `timeoutMs` of a subscription, and the usual one.',
      }),
      callbackPorts: z.array(count).meta({ description: 'The ports that a URL may name.' }),
      allowsPrivateUrls: z
        .boolean()
        .meta({ description: 'URLs may be `http` and lead to private addresses.' }),
      asksReceivers: z.boolean().meta({ description: 'A receiver has to consent before it gets callbacks.' }),
      retentionDays: count.meta({ description: 'How long events and deliveries can be looked up.' }),
      cacheMs: count.meta({ description: 'After so long at most, a change counts for every event.' }),
    })
    .meta({ description: 'Of the stage.' }),
});

/** The page's own session. */
export const portalSessionRoutes = declareRoutes({
  'POST /portal-session': {
    operationId: 'openPortalSession',
    access: 'public',
    summary: 'Open the page: exchange the code of a link for a token',
    description:
      'A code is good once and for a few minutes. Of several requests with one code, one gets the token. The answer is the same for a code that was used, has expired or never was.',
    tag: 'Account',
    body: openingBody,
    answer: {
      status: 201,
      description: 'The session is open. Its token is shown only once, here.',
      body: expiringSessionView.omit({ lastUsedAt: true }).extend({ token: z.string() }),
    },
    problems: ['invalid-json', 'link-not-good'],
  },
  'GET /portal-session': {
    operationId: 'getPortalSession',
    access: 'session',
    summary: 'Read who is logged in to the page, and what they may do',
    tag: 'Account',
    answer: { status: 200, description: 'The session.', body: ownSessionView },
  },
  'DELETE /portal-session': {
    operationId: 'endPortalSession',
    access: 'session',
    summary: 'Log out of the page',
    description: 'The token stops working within 60 seconds.',
    tag: 'Account',
    answer: { status: 204, description: 'The session has ended.' },
  },
});
