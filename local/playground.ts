import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { createPublisher, type EventToPublish } from '../client/publisher.ts';
import { type Demo, demoAccountId } from './demo.ts';
import { behaviours } from './demo-receiver-behaviour.ts';
import { region } from './intrinsics.ts';
import type { ServeFirst } from './portal-server.ts';
import { readBody } from './request-body.ts';
import { operatorCredentials } from './sigv4.ts';

/**
 * What the page of a local run can do besides: publish events as the helpdesk does, and make the demo receiver fail. AWS
 * has no such thing. It takes only what a session of the demo account asks for from the page's own origin.
 */

interface PlaygroundOptions {
  readonly demo: Demo;
  readonly apiUrl: string;
  readonly eventsUrl: string;
  readonly eventBusName: string;
}

const behaviourBody = z.strictObject({ behaviour: z.enum(behaviours) });
const eventBody = z.strictObject({ type: z.string(), data: z.unknown() });

interface Answer {
  readonly status: number;
  readonly body: object;
}

export function createPlayground(options: PlaygroundOptions): ServeFirst {
  const { demo, apiUrl, eventsUrl, eventBusName } = options;

  return async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path !== '/playground' && !path.startsWith('/playground/')) return false;
    send(response, await answer(request, path));
    return true;
  };

  async function answer(request: IncomingMessage, path: string): Promise<Answer> {
    const refusal = await refuse(request);
    if (refusal) return refusal;
    switch (`${request.method} ${path}`) {
      case 'GET /playground':
        return { status: 200, body: describe() };
      case 'GET /playground/callbacks':
        return { status: 200, body: { items: demo.callbacks() } };
      case 'PUT /playground/receiver':
        return withBody(request, behaviourBody, async ({ behaviour }) => {
          demo.behave(behaviour);
          return { status: 200, body: describe() };
        });
      case 'POST /playground/events':
        return withBody(request, eventBody, publish);
      default:
        return problem(404, 'The playground has no such path.');
    }
  }

  function describe() {
    return { receiver: { url: demo.receiverUrl, behaviour: demo.behaviour(), behaviours } };
  }

  async function publish({ type, data }: z.output<typeof eventBody>): Promise<Answer> {
    const id = `evt_${randomUUID()}`;
    const event = { type, id, accountId: demoAccountId, occurredAt: new Date(), data } as EventToPublish;
    const client = new EventBridgeClient({ endpoint: eventsUrl, region, credentials: operatorCredentials });
    const { unpublished } = await createPublisher({ eventBusName, client }).publish([event]);
    client.destroy();
    const [failed] = unpublished;
    if (!failed) return { status: 202, body: { id } };
    return problem(failed.reason === 'unavailable' ? 503 : 400, failed.explanation);
  }

  /** A page elsewhere has neither the token nor this origin. */
  async function refuse({ headers, method }: IncomingMessage): Promise<Answer | undefined> {
    const { origin, host, authorization } = headers;
    if (origin !== undefined && origin !== `http://${host}`)
      return problem(403, 'The playground is for its own page only.');
    if (!authorization) return problem(401, 'The playground needs the token of a session.');
    const known = await fetch(new URL('/portal-session', apiUrl), { headers: { authorization } });
    if (!known.ok) return problem(401, 'The session has ended.');
    const { accountId, capabilities } = (await known.json()) as { accountId: string; capabilities: string[] };
    if (accountId !== demoAccountId) return problem(403, 'The playground is for the demo account only.');
    const mayChange = capabilities.includes('manage');
    return method === 'GET' || mayChange ? undefined : problem(403, 'The session may not change anything.');
  }
}

async function withBody<Body>(
  request: IncomingMessage,
  schema: z.ZodType<Body>,
  serve: (body: Body) => Promise<Answer>,
): Promise<Answer> {
  const bytes = await readBody(request);
  if (!bytes) return problem(413, 'The body is too large.');
  const parsed = schema.safeParse(parseJson(bytes.toString()));
  if (parsed.success) return serve(parsed.data);
  return problem(
    400,
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problem(status: number, detail: string): Answer {
  return { status, body: { status, detail } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const headers = {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
