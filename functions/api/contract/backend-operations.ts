import * as z from 'zod';
import { credentialView } from '../../../core/accounts/credential.ts';
import { identifierSchema, timestampSchema } from '../../../core/identifiers.ts';
import { statusSchema } from '../accounts.ts';
import { newApiKeySchema, newSessionSchema } from '../credentials.ts';
import { listOf, type Operation } from './operation.ts';

const accountView = z.object({
  accountId: identifierSchema,
  status: z.enum(['active', 'suspended', 'removed']),
  effectiveAt: timestampSchema,
});

/** What the helpdesk backend does for accounts. */
export const backendOperations = {
  'GET /accounts/{accountId}/api-keys': {
    operationId: 'listApiKeys',
    summary: 'List the API keys of an account, oldest first',
    tag: 'Backend',
    answer: { status: 200, description: 'All of them, without their text.', body: listOf(credentialView) },
  },
  'POST /accounts/{accountId}/api-keys': {
    operationId: 'createApiKey',
    summary: 'Issue an API key',
    tag: 'Backend',
    body: newApiKeySchema,
    isBodyOptional: true,
    answer: {
      status: 201,
      description: 'The key; its text is shown this once.',
      body: credentialView.extend({ key: z.string() }),
    },
    problems: ['invalid-json', 'too-many-api-keys', 'account-removed'],
  },
  'DELETE /accounts/{accountId}/api-keys/{keyId}': {
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key',
    description: 'Within 60 s it opens nothing any more.',
    tag: 'Backend',
    answer: { status: 204, description: 'It is revoked.' },
    problems: ['not-found'],
  },
  'POST /accounts/{accountId}/portal-sessions': {
    operationId: 'createPortalSession',
    summary: 'Open a session of the page for a person',
    tag: 'Backend',
    body: newSessionSchema,
    isBodyOptional: true,
    answer: {
      status: 201,
      description: 'The session; its token is shown this once.',
      body: credentialView.omit({ description: true }).extend({ token: z.string() }),
    },
    problems: ['invalid-json', 'account-removed'],
  },
  'PUT /accounts/{accountId}/status': {
    operationId: 'setAccountStatus',
    summary: 'Suspend an account, or let it go on',
    tag: 'Backend',
    body: statusSchema,
    answer: { status: 200, description: 'The status, and from when on it counts.', body: accountView },
    problems: ['invalid-json'],
  },
  'DELETE /accounts/{accountId}': {
    operationId: 'removeAccount',
    summary: "Remove an account's keys and subscriptions",
    description: 'May be repeated. What was recorded of its events goes by its time to live.',
    tag: 'Backend',
    answer: { status: 200, description: 'It is removed.', body: accountView },
  },
} as const satisfies Record<string, Operation>;
