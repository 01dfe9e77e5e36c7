import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type LocalServer, listen } from './http-server.ts';
import type { PortalSite, SiteBehaviour } from './portal-site.ts';

/** Where `npm run build` puts the page. */
const builtPage = fileURLToPath(new URL('../portal/dist', import.meta.url));

/** Serves a request that is for this machine alone. Returns false if it is none. */
export type ServeFirst = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export interface PortalServer extends LocalServer {
  /** From now on, serves what the template says. Until then, every answer is 503. */
  serve(site: PortalSite, apiUrl: string): void;
  /** What comes before the template. */
  serveFirst(serve: ServeFirst): void;
}

/**
 * CloudFront in front of the page's files and of the API. It listens before anything else runs, because functions are told
 * its address when they start.
 */
export async function startPortalServer(
  port: number,
  onFault: (fault: unknown) => void,
  folder = builtPage,
): Promise<PortalServer> {
  let served: { site: PortalSite; apiUrl: string } | undefined;
  let first: ServeFirst | undefined;
  const server = await listen(
    async (request, response) => {
      if (!served) return answerText(response, 503, 'The local run is starting.');
      if (await first?.(request, response)) return;
      const { site, apiUrl } = served;
      const [path = '/', query] = (request.url ?? '/').split('?');
      const behaviour = site.behaviours.find(({ pattern }) => fits(path, pattern));
      if (!behaviour) return answerText(response, 404, 'Not Found');
      const target = behaviour.rewrite(path);
      response.setHeaders(new Map(Object.entries(behaviour.headers)));
      return behaviour.target === 'api'
        ? forward(apiUrl, query === undefined ? target : `${target}?${query}`, request, response)
        : sendFile(folder, target, behaviour, response);
    },
    port,
    onFault,
  );
  return {
    ...server,
    serve: (site, apiUrl) => {
      served = { site, apiUrl };
    },
    serveFirst: (serve) => {
      first = serve;
    },
  };
}

function fits(path: string, pattern: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** The target is sent as it is: resolved against the API's URL, `//host/path` would lead to another host. */
async function forward(
  apiUrl: string,
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, headers } = request;
  const { hostname, port, host } = new URL(apiUrl);
  const outgoing = httpRequest({ hostname, port, path: target, method, headers: { ...headers, host } });
  // Whoever goes away ends the request too.
  response.once('close', () => outgoing.destroy());
  try {
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject);
    });
    request.pipe(outgoing);
    const answer = await answered;
    // The connection is each side's own.
    const { connection: _, 'keep-alive': __, ...kept } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, kept);
    await pipeline(answer, response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

async function sendFile(
  folder: string,
  path: string,
  { headers, headersOfSuccess }: SiteBehaviour,
  response: ServerResponse,
): Promise<void> {
  // A path that leads out of the folder has become one inside it, under which there is nothing.
  const file = join(folder, normalize(`/${path}`));
  const content = await readFile(file).catch(() => undefined);
  if (content) {
    const contentType = contentTypes[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, ...headersOfSuccess, 'content-type': contentType }).end(content);
    return;
  }
  const isPage = path === '/index.html';
  answerText(response, 404, isPage ? 'The page is not built: npm run build' : 'Not Found');
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
