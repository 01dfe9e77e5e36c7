import * as z from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import { type ProblemSlug, problems, problemType } from '../problems.ts';
import type { Access, Route } from '../route.ts';

export const requestId = z.string().meta({ description: 'Names the request in our logs.' });

const gatewayAnswer = z.object({ message: z.string() }).meta({
  id: 'GatewayAnswer',
  description: 'An answer of API Gateway, given before the request reaches us.',
});

/** The problems of a route: its own, and those of every route with the same access. */
function problemsOf({ access, problems: own = [], body, repeatable }: Route): Set<ProblemSlug> {
  const isAccounts = access !== 'public' && access !== 'iam';
  return new Set<ProblemSlug>([
    ...own,
    ...(repeatable ? (['request-in-progress', 'idempotency-key-reused'] as const) : []),
    ...(isAccounts ? (['unauthorized', 'account-suspended', 'too-many-requests'] as const) : []),
    ...(isAccounts && access !== 'read' ? (['forbidden'] as const) : []),
    ...(body ? (['too-large'] as const) : []),
    // A public route without a body reads nothing of the request, and needs no service that could be down.
    ...(access === 'public' && !body ? [] : (['invalid-request', 'internal-error'] as const)),
  ]);
}

/** What API Gateway answers without a credential. Whether a key is good, the API says itself. */
const gatewayStatuses: Record<Access, readonly number[]> = {
  public: [],
  read: [401],
  manage: [401],
  secrets: [401],
  session: [401],
  iam: [403],
};

/** By its status, every error that a route may answer with. */
export function describeErrors(route: Route): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(problemsOf(route), (slug): number => problems[slug].status);
  const gateway = gatewayStatuses[route.access];
  const statuses = [...new Set<number>([...byStatus.keys(), ...gateway])].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      describeError(status, byStatus.get(status) ?? [], gateway.includes(status)),
    ]),
  );
}

const retryAfter = z.string().meta({ description: 'Seconds.' });

function describeError(
  status: number,
  slugs: readonly ProblemSlug[],
  isGateways: boolean,
): ZodOpenApiResponseObject {
  const titles = slugs.map((slug) => `\`${slug}\`: ${problems[slug].title}.`);
  return {
    description: [
      ...(isGateways ? ['The credential is missing or not good for this route.'] : []),
      ...titles,
    ].join(' '),
    headers: z.object({
      // The gateway's own answers have none.
      'X-Request-Id': isGateways ? requestId.optional() : requestId,
      ...(status === 429 ? { 'Retry-After': retryAfter } : {}),
      ...(slugs.includes('unauthorized') ? { 'WWW-Authenticate': z.string().optional() } : {}),
      ...(slugs.includes('request-in-progress') ? { 'Retry-After': retryAfter.optional() } : {}),
    }),
    content: {
      ...(slugs.length > 0 ? { 'application/problem+json': { schema: problemView(slugs) } } : {}),
      ...(isGateways ? { 'application/json': { schema: gatewayAnswer } } : {}),
    },
  };
}

/** RFC 9457. */
const problem = z
  .object({
    type: z.string().meta({ description: 'Names the kind of error for programs. Never changes.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong with this request.' }),
    issues: z
      .array(
        z.object({
          field: z.string().meta({ description: 'Such as `eventTypes.0`.' }),
          message: z.string(),
        }),
      )
      .optional(),
    deliveryId: z
      .string()
      .optional()
      .meta({ description: 'With `delivery-waiting`: the delivery that waits.' }),
  })
  .meta({ id: 'Problem', description: 'An error by RFC 9457; docs/problems.md lists them all.' });

function problemView(slugs: readonly ProblemSlug[]): z.ZodType {
  return z.intersection(problem, z.object({ type: z.enum(slugs.map(problemType)) }));
}
