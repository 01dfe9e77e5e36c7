import * as z from 'zod';
import { identifierSchema } from '../core/identifiers.ts';
import { accountView, auditEntryView, credentialView, sessionView } from './account-views.ts';
import { listOf, pageParameters } from './lists.ts';
import { declareRoutes } from './route.ts';

const role = z.enum(['read', 'manage'], 'must be "read" or "manage"').default('manage');
const newApiKeyBody = z.strictObject({
  role,
  description: z.string('must be text').max(200, 'must have at most 200 characters').default(''),
});
const expiryError = 'must be a whole number of seconds from 60 to 43200';
const newSessionBody = z.strictObject({
  role,
  /** A working day is the longest that a page should stay open for. */
  expiresInSeconds: z.int(expiryError).min(60, expiryError).max(43_200, expiryError).default(3_600),
});
const statusBody = z.strictObject({
  status: z.enum(['active', 'suspended'], 'must be "active" or "suspended"'),
});

const accountId = z.string().meta({ description: 'Of the account.' }).pipe(identifierSchema);
const keyId = z.string().meta({ description: 'Of the API key.' });
const sessionId = z.string().meta({ description: 'Of the session.' });

export const accountRoutes = declareRoutes({
  'GET /audit-log': {
    operationId: 'listAuditLog',
    access: 'manage',
    summary: 'List who saw secrets or changed where events go, newest first',
    tag: 'Account',
    query: z.strictObject(pageParameters),
    answer: { status: 200, description: 'A page of the audit log.', body: listOf(auditEntryView) },
  },
  'GET /accounts/{accountId}/api-keys': {
    operationId: 'listApiKeys',
    access: 'iam',
    summary: 'List the API keys of an account, oldest first',
    tag: 'Backend',
    path: { accountId },
    query: z.strictObject(pageParameters),
    answer: { status: 200, description: 'A page of them, without their text.', body: listOf(credentialView) },
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
      body: credentialView.extend({ key: z.string() }),
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
    summary: 'Open a session of the page for a person',
    tag: 'Backend',
    path: { accountId },
    body: newSessionBody,
    isBodyOptional: true,
    repeatable: true,
    answer: {
      status: 201,
      description: 'The session. Its token is shown only once, here.',
      body: sessionView.extend({ token: z.string() }),
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
    summary: 'Suspend an account, or activate it again',
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
