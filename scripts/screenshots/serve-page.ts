import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const builtPage = fileURLToPath(new URL('../../portal/dist', import.meta.url));

/** Nobody's: no request leaves the browser. */
export const origin = 'https://webhooks.iomnihub.example';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** An answer of the API as JSON. Undefined for a 404. */
export type AnswerFor = (method: string, path: string, query: URLSearchParams) => unknown;

/** Serves the built page to a browser without a server, with answers that somebody made up. */
export async function servePage(page: Page, answerFor: AnswerFor, folder = builtPage): Promise<void> {
  await page.route('**/*', async (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    if (pathname.startsWith('/api/')) {
      const answer = answerFor(route.request().method(), pathname.slice('/api'.length), searchParams);
      return answer === undefined ? route.fulfill({ status: 404 }) : route.fulfill({ json: answer });
    }
    if (pathname === '/playground') return route.fulfill({ status: 404 });
    const file = pathname === '/' ? '/index.html' : pathname;
    const body = await readFile(join(folder, file));
    return route.fulfill({ body, contentType: contentTypes[extname(file)] ?? 'application/octet-stream' });
  });
}
