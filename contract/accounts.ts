import * as z from 'zod';
import { capabilities } from '../core/accounts/credential.ts';
import { identifierSchema } from '../core/identifiers.ts';
import { mustBeOneOf } from '../core/words.ts';
import {
  accountView,
  apiKeyView,
  auditEntryView,
  newSessionView,
  portalLocales,
  sessionView,
} from './account-views.ts';
import { listOf, pageParameters } from './lists.ts';
import { declareRoutes } from './route.ts';

const role = z.enum(['read', 'manage'], 'must be "read" or "manage"').default('manage');
const newApiKeyBody = z.strictObject({
  role,
  description: z.string('must be text').max(200, 'must have at most 200 characters').default(''),
});
const expiryError = 'must be a whole number of seconds from 60 to 43200';
const linkExpiryError = 'must be a whole number of seconds from 30 to 3600';
const newSessionBody = z.strictObject({
  capabilities: z
    .array(
      z.enum(capabilities, { error: ({ input }) => mustBeOneOf(capabilities, input) }),
      'must be a list such as ["manage"]',
    )
    .default([...capabilities])
    .transform((given) => capabilities.filter((one) => one === 'view' || given.includes(one)))
    .meta({
      description:
        '`view`: see everything but secrets; every session has it. `manage`: change things, and see all of the audit log. `secrets`: see signing secrets.',
    }),
  locale: z
    .enum(portalLocales, { error: ({ input }) => mustBeOneOf(portalLocales, input) })
    .optional()
    .meta({ description: "The page's language. Left out, it is that of the browser." }),
  /** A working day is the longest that a page should stay open for. */
  expiresInSeconds: z.int(expiryError).min(60, expiryError).max(43_200, expiryError).default(3_600),
  linkExpiresInSeconds: z
    .int(linkExpiryError)
    .min(30, linkExpiryError)
    .max(3_600, linkExpiryError)
    .default(300),
});
const statusBody = z.strictObject({
  status: z.enum(['active', 'paused', 'suspended'], 'must be "active", "paused" or "suspended"').meta({
    description:
      '`paused`: no receiver of the account is called, and its deliveries are kept; its credentials work. `suspended`: its credentials are refused, and its events are not delivered.',
  }),
});

const accountId = z.string().meta({ description: 'Of the account.' }).pipe(identifierSchema);
const keyId = z.string().meta({ description: 'Of the API key.' });
const sessionId = z.string().meta({ description: 'Of the session.' });

export const accountRoutes = declareRoutes({
  'GET /audit-log': {
    operationId: 'listAuditLog',
    access: 'read',
    summary: 'List who changed what, or saw secrets, newest first',
    description:
      'Kept for 400 days. Who may only read sees the action, its time, the kind of its actor, and the names of what was changed. A page may hold fewer entries than `limit`, or none, and not be the last one.',
    tag: 'Account',
    query: z.strictObject({
      ...pageParameters,
      subscriptionId: identifierSchema
        .optional()
        .meta({ description: 'Shows the entries of this subscription.' }),
    }),
    answer: { status: 200, description: 'A page of the audit log.', body: listOf(auditEntryView) },
  },
  'GET /accounts/{accountId}/api-keys': {
    operationId: 'listApiKeys',
    access: 'iam',
    summary: 'List the API keys of an account, oldest first',
    tag: 'Backend',
    path: { accountId },
    query: z.strictObject(pageParameters),
    answer: { status: 200, description: 'A page of them, without their text.', body: listOf(apiKeyView) },
  },
  'POST /accounts/{accountId}/api-keys': {
    operationId: 'createApiKey',
    access: 'iam',
    summary: 'Issue an API key',
    tag: 'Backend',
    path: { accountId },
    body: newApiKeyBody,
    isBodyOptional: true,
    repeatable: true,
    answer: {
      status: 201,
      description: 'The key. Its text is shown only once, here.',
      body: apiKeyView.extend({ key: z.string() }),
    },
    problems: ['invalid-json', 'too-many-api-keys', 'account-removed'],
  },
  'DELETE /accounts/{accountId}/api-keys/{keyId}': {
    operationId: 'revokeApiKey',
    access: 'iam',
    summary: 'Revoke an API key',
    description: 'The key stops working within 60 seconds.',
    tag: 'Backend',
    path: { accountId, keyId },
    answer: { status: 204, description: 'The key is revoked.' },
    problems: ['not-found'],
  },
  'GET /accounts/{accountId}/portal-sessions': {
    operationId: 'listPortalSessions',
    access: 'iam',
    summary: 'List the open sessions of the page, oldest first',
    tag: 'Backend',
    path: { accountId },
    query: z.strictObject(pageParameters),
    answer: { status: 200, description: 'A page of them, without their tokens.', body: listOf(sessionView) },
  },
  'POST /accounts/{accountId}/portal-sessions': {
    operationId: 'createPortalSession',
    access: 'iam',
    summary: 'Make a link that opens the page for a person',
    description:
      'Send the person to `url` at once: it opens the page one time, within `linkExpiresAt`. A page of your own may use `token` instead; opening the link ends that token.',
    tag: 'Backend',
    path: { accountId },
    body: newSessionBody,
    isBodyOptional: true,
    repeatable: true,
    answer: {
      status: 201,
      description: 'The session, with its link. Link and token are shown only once, here.',
      body: newSessionView,
    },
    problems: ['invalid-json', 'too-many-portal-sessions', 'account-removed'],
  },
  'DELETE /accounts/{accountId}/portal-sessions/{sessionId}': {
    operationId: 'revokePortalSession',
    access: 'iam',
    summary: 'End a session of the page',
    description: 'Its token stops working within 60 seconds.',
    tag: 'Backend',
    path: { accountId, sessionId },
    answer: { status: 204, description: 'The session has ended.' },
    problems: ['not-found'],
  },
  'PUT /accounts/{accountId}/status': {
    operationId: 'setAccountStatus',
    access: 'iam',
    summary: 'Pause or suspend an account, or activate it again',
    description: 'Once it is active again, what was kept is sent, the oldest first.',
    tag: 'Backend',
    path: { accountId },
    body: statusBody,
    answer: { status: 200, description: 'The status, and when it takes effect.', body: accountView },
    problems: ['invalid-json'],
  },
  'DELETE /accounts/{accountId}': {
    operationId: 'removeAccount',
    access: 'iam',
    summary: "Remove an account's keys, sessions and subscriptions",
    description: 'May be repeated. The events and deliveries of the account expire by themselves.',
    tag: 'Backend',
    path: { accountId },
    answer: { status: 200, description: 'The account is removed.', body: accountView },
  },
});
