import { describe, expect, test } from '@jest/globals';
import { type ProblemSlug, problems } from '../../../../contract/problems.ts';
import { type RouteKey, routeKeys, routeOf } from '../../../../contract/routes.ts';
import {
  refuse,
  refuseInvalid,
  refuseSuspended,
  refuseTooManyRequests,
  refuseUnknown,
} from '../../../../functions/api/http/refusal.ts';
import { type ApiEvent, readEvent } from '../../../../functions/api/http/request.ts';
import { respondAnswer, respondProblem } from '../../../../functions/api/http/response.ts';

const noStore = { 'cache-control': 'no-store' };

describe('an answer', () => {
  const route = (key: RouteKey) => routeOf(key);

  test('has the status of its route, JSON and no cache', () => {
    expect(respondAnswer(route('GET /event-types'), { body: { items: [] } })).toEqual({
      statusCode: 200,
      headers: { ...noStore, 'content-type': 'application/json' },
      body: '{"items":[]}',
    });
    expect(respondAnswer(route('POST /subscriptions'), { body: {} })).toMatchObject({ statusCode: 201 });
  });

  test('carries the ETag, if there is one', () => {
    expect(respondAnswer(route('GET /subscriptions/{id}'), { body: {}, etag: '"a"' }).headers).toEqual({
      ...noStore,
      'content-type': 'application/json',
      etag: '"a"',
    });
  });

  test('without a body has no content type', () => {
    expect(respondAnswer(route('DELETE /accounts/{accountId}/api-keys/{keyId}'), {})).toEqual({
      statusCode: 204,
      headers: noStore,
    });
  });

  test.each(routeKeys)('of %s is declared with a body, or as one without', (key) => {
    const { status, body } = routeOf(key).answer;

    expect(status === 204).toBe(body === undefined);
  });
});

describe('a problem', () => {
  test.each(Object.keys(problems) as ProblemSlug[])('is told by RFC 9457: %s', (slug) => {
    const { statusCode, headers, body } = respondProblem({ slug, detail: 'Because.' });

    expect(statusCode).toBe(problems[slug].status);
    expect(headers).toEqual({
      ...noStore,
      'content-type': 'application/problem+json',
      ...(statusCode === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    });
    expect(JSON.parse(body ?? '')).toEqual({
      type: `urn:iomnihub:webhooks:problem:${slug}`,
      title: problems[slug].title,
      status: problems[slug].status,
      detail: 'Because.',
    });
  });

  test('says when to come again, also at once', () => {
    const answerTo = (seconds?: number) =>
      respondProblem(refuseTooManyRequests('Too often.', seconds).problem).headers?.['retry-after'];

    expect([answerTo(), answerTo(0), answerTo(60)]).toEqual(['1', '0', '60']);
  });

  test('names at most twenty issues', () => {
    const issues = Array.from({ length: 21 }, (_, at) => ({ field: `f${at}`, message: 'must be text' }));

    expect(refuseInvalid(issues.slice(0, 20)).problem.issues).toEqual(issues.slice(0, 20));
    expect(refuseInvalid(issues).problem.issues).toEqual(issues.slice(0, 20));
  });

  test.each([
    [refuse('conflict', 'x'), 409],
    [refuseUnknown('event'), 404],
    [refuseSuspended(), 403],
    [refuseTooManyRequests('x'), 429],
    [refuseInvalid([]), 400],
  ])('%j has the status %i', ({ problem }, status) => {
    expect(respondProblem(problem).statusCode).toBe(status);
  });
});

describe('of what the gateway sends', () => {
  const event = {
    routeKey: 'GET /events',
    headers: { a: '1' },
    isBase64Encoded: false,
    requestContext: {
      requestId: 'request-1',
      domainName: 'api.example',
      http: { sourceIp: '192.0.2.1' },
    },
  } as unknown as ApiEvent;

  test('names, times and addresses are taken where they stand', () => {
    expect(readEvent(event)).toEqual({
      routeKey: 'GET /events',
      pathParameters: {},
      query: {},
      headers: { a: '1' },
      body: undefined,
      requestId: 'request-1',
      sourceIp: '192.0.2.1',
      ownHost: 'api.example',
      ownUrl: 'https://api.example',
    });
  });

  test('the body is text, also if it comes in base64', () => {
    const base64 = Buffer.from('{"a":"ação"}').toString('base64');

    expect(readEvent({ ...event, body: '{"a":1}' }).body).toBe('{"a":1}');
    expect(readEvent({ ...event, body: base64, isBase64Encoded: true }).body).toBe('{"a":"ação"}');
    expect(readEvent({ ...event, isBase64Encoded: true }).body).toBe('');
  });
});
