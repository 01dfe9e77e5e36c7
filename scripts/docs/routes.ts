import type { Access } from '../../contract/route.ts';
import { routeKeys, routeOf } from '../../contract/routes.ts';
import { table } from './markdown.ts';

const callers: Record<Access, string> = {
  public: 'anybody',
  read: 'any key',
  manage: 'a key with `manage`',
  secrets: 'a key with `manage`',
  session: 'the page',
  iam: 'the backend',
};

/** The part of a document that lists the routes. */
const listPattern =
  /(<!-- routes, written by `npm run docs` from contract\/ -->\n\n)[\s\S]*?(\n\n<!-- end of routes -->)/;

/** The document with the list of routes as contract/ declares them; throws if there is no place for it. */
export function embedRoutes(document: string): string {
  if (!listPattern.test(document)) throw new Error('the document has no place for the list of routes');
  const rows = routeKeys.map((routeKey) => {
    const { summary, access } = routeOf(routeKey);
    return [`\`${routeKey}\``, summary, callers[access]];
  });
  const list = table(['Route', 'What it does', 'Who may call it'], rows);
  return document.replace(listPattern, (_, start: string, end: string) => start + list + end);
}
