import type { ServerResponse } from 'node:http';

/** Ways in which a receiver can hold a call that it has read, for as long as it is let. */
export const holdingWays = {
  'no head': () => undefined,
  'a head and no body': (response) => {
    response.writeHead(200, { 'content-length': '100' }).flushHeaders();
  },
  'a failure’s head and no body': (response) =>
    response.writeHead(500, { 'content-length': '100' }).flushHeaders(),
  'a body that drips': (response) => repeat(response, 'x', 500),
  'a stream of pings': (response) => {
    response.setHeader('content-type', 'text/event-stream');
    repeat(response, ':\n\n', 100);
  },
} satisfies Record<string, (response: ServerResponse) => void>;

export type HoldingWay = keyof typeof holdingWays;

/** What each answers before it holds the call; 0: nothing. */
export const statusOfWay: Record<HoldingWay, number> = {
  'no head': 0,
  'a head and no body': 200,
  'a failure’s head and no body': 500,
  'a body that drips': 200,
  'a stream of pings': 200,
};

function repeat(response: ServerResponse, text: string, everyMs: number): void {
  response.writeHead(200).flushHeaders();
  const timer = setInterval(() => response.write(text), everyMs);
  response.on('close', () => clearInterval(timer));
}
