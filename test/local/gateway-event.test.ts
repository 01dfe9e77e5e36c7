import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { toGatewayEvent } from '../../local/gateway-event.ts';

test.each([
  ['?status=failed,waiting', { status: 'failed,waiting' }],
  ['?status=failed&limit=5&status=waiting', { status: 'failed,waiting', limit: '5' }],
  ['?status=failed%2Cwaiting&status=', { status: 'failed,waiting,' }],
  ['', undefined],
])(
  'the query %j is handed on with the values of a repeated parameter joined by commas',
  (query, expected) => {
    const url = new URL(`http://127.0.0.1:3000/events${query}`);
    const request = { method: 'GET', headers: {}, httpVersion: '1.1', socket: {} } as IncomingMessage;

    expect(toGatewayEvent('GET /events', request, url, {}).queryStringParameters).toEqual(expected);
  },
);
