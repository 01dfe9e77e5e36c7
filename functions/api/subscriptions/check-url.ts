import { callbackUrlSchema } from '../../../core/subscriptions/callback-url.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';

export function createCheckUrl({ rules }: Pick<ApiDeps, 'rules'>): Handler<'POST /url-checks'> {
  const schema = callbackUrlSchema(rules);

  return async ({ body }) => {
    const { data: url, error } = schema.safeParse(body.url);
    return { body: error ? { refusal: error.issues[0]?.message ?? '' } : { url } };
  };
}
