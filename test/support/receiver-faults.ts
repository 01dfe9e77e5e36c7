import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { CallPhase, FailureReason } from '../../core/receivers/delivery-outcome.ts';
import type { TestCertificates } from './certificates.ts';

/** What a receiver does with a connection; over TLS, once the handshake is done. */
type Serve = (connection: Duplex) => void;

type Listening =
  | { readonly by: 'tcp'; readonly scheme?: 'https'; readonly serve: Serve }
  | {
      readonly by: 'tls';
      readonly scheme?: 'http';
      readonly options: (certificates: TestCertificates) => TlsOptions;
      readonly serve?: Serve;
    }
  | { readonly by: 'nothing' }
  /** The stored URL itself is the fault. */
  | { readonly by: 'url'; readonly url: string }
  /** What the receiver's name resolves to, for a sender that may call public addresses only. */
  | { readonly by: 'name'; readonly addresses: readonly string[] };

interface Expected {
  readonly outcome:
    | { readonly kind: 'success'; readonly status: number }
    | {
        readonly kind: 'failure';
        readonly reason: FailureReason;
        readonly status?: number;
        readonly errorCode?: string;
        readonly phase?: CallPhase;
      };
  /** Upon a first attempt; `retryAfterSeconds` is what the receiver asks for and gets. */
  readonly decision: 'delivered' | 'retry' | 'exhausted';
  readonly retryAfterSeconds?: number;
}

interface Circumstances {
  /** May the connection carry the next callback? */
  readonly connection: 'kept' | 'cut';
  /** It goes on until the sender's time is over. */
  readonly untilDeadline?: true;
  /** Of the callback's body, where a small one would be taken up by the socket's buffers. */
  readonly requestBytes: number;
}

export interface ReceiverFault extends Circumstances {
  /** Reads on from "a receiver that". */
  readonly name: string;
  readonly listening: Listening;
  readonly expected: Expected;
}

/** A sender that is to see it as late has a shorter deadline. */
export const lateAnswerMs = 6_000;

const late = { untilDeadline: true } as const;
const kept = { connection: 'kept' } as const;
const large = { requestBytes: 16 * 1024 * 1024 };

type Row = readonly [Listening, Expected, Partial<Circumstances>?];

const inThreeDays = new Date(Date.now() + 3 * 24 * 3600 * 1000).toUTCString();

/** `Sun Nov 29 23:59:00 2026` for `Sun, 29 Nov 2026 23:59:00 GMT`. */
function asctime(date: string): string {
  return date.replace(/^(\w+), 0?(\d+) (\w+) (\d+) (\S+) GMT$/, (_, weekday, day, month, year, time) =>
    [weekday, month, String(day).padStart(2), time, year].join(' '),
  );
}

/** Which header, and the seconds that come of it, a day at most; none where the schedule's gap stays. */
const retryAfters: readonly (readonly [label: string, header: string, seconds?: number])[] = [
  ['two minutes', '120', 120],
  ['less than the schedule has', '0'],
  ['a negative number', '-5'],
  ['a fraction', '1.5'],
  ['garbage', 'soon'],
  ['a date in the past', 'Mon, 23 Nov 2020 16:55:00 GMT'],
  ['a date in three days', inThreeDays, 86_400],
  ['a date as asctime writes it', asctime(inThreeDays), 86_400],
  ['a date in the year 2099', 'Wed, 23 Nov 2099 16:55:00 GMT', 86_400],
  ['three hundred years', '9999999999', 86_400],
  ['a number of 400 digits', `1${'0'.repeat(399)}`],
];

const statuses: Record<string, Row> = {
  'answers 204': [tcp(answer(head('204 No Content'))), delivered(204), kept],
  'answers 200 with a small body': [tcp(answer(whole('200 OK'))), delivered(200), kept],
  'answers 206': [tcp(answer(whole('206 Partial Content'))), delivered(206), kept],
  'answers 299': [tcp(answer(whole('299 Whatever'))), delivered(299), kept],
  'answers 200 without a reason phrase': [tcp(answer(whole('200'))), delivered(200), kept],
  'answers 200 as HTTP/1.0': [tcp(answer('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok')), delivered(200)],
  ...Object.fromEntries(
    [300, 301, 302, 303, 307, 308].map((status): [string, Row] => [
      `redirects with ${status}`,
      [tcp(answer(whole(`${status} Over There`, 'location: http://127.0.0.1:9/'))), failed(status), kept],
    ]),
  ),
  'answers 304': [tcp(answer(head('304 Not Modified'))), failed(304), kept],
  ...Object.fromEntries(
    [400, 401, 403, 404, 409, 413, 421, 500, 502, 503, 504, 600, 999].map((status): [string, Row] => [
      `answers ${status}`,
      [tcp(answer(whole(`${status} Oh`))), failed(status), kept],
    ]),
  ),
  'answers 410': [tcp(answer(whole('410 Gone'))), ended('gone', 410), kept],
  ...Object.fromEntries(
    [429, 503].flatMap((status): [string, Row][] =>
      retryAfters.map(([label, header, seconds]): [string, Row] => [
        `answers ${status} with ${label} in Retry-After`,
        [tcp(answer(whole(`${status} Wait`, `retry-after: ${header}`))), failed(status, seconds), kept],
      ]),
    ),
  ),
  'answers 500 with Retry-After, which says nothing there': [
    tcp(answer(whole('500 Oops', 'retry-after: 3600'))),
    failed(500),
    kept,
  ],
  ...Object.fromEntries(
    ['000', '099', '2x0', '20', '2000', '-20', ''].map((status): [string, Row] => [
      `answers the status "${status}"`,
      [tcp(answer(whole(`${status} OK`))), retried('protocol')],
    ]),
  ),
};

const bodies: Record<string, Row> = {
  'answers 200 and breaks off in the body': [
    tcp(answerAndClose(`${head('200 OK', 'content-length: 100')}half`)),
    delivered(200),
  ],
  'answers 200 and resets in the body': [
    tcp(answerAndReset(`${head('200 OK', 'content-length: 100')}half`)),
    delivered(200),
  ],
  'answers 500 and breaks off in the body': [
    tcp(answerAndClose(`${head('500 Oops', 'content-length: 100')}half`)),
    failed(500),
  ],
  'answers 200 and never sends the body': [
    tcp(answer(head('200 OK', 'content-length: 100'))),
    delivered(200),
    late,
  ],
  'answers 404 and never sends the body': [
    tcp(answer(head('404 Not Found', 'content-length: 100'))),
    failed(404),
    late,
  ],
  'answers 200 and drips the body': [
    tcp(drip(head('200 OK', 'content-length: 100000'), 'x')),
    delivered(200),
    late,
  ],
  'answers 200 with an endless body': [tcp(flood(head('200 OK'), filler())), delivered(200)],
  'answers 500 with an endless body': [tcp(flood(head('500 Oops'), filler())), failed(500)],
  'answers 200 with endless chunks': [
    tcp(flood(head('200 OK', 'transfer-encoding: chunked'), `4000\r\n${'x'.repeat(0x4000)}\r\n`)),
    delivered(200),
  ],
  'answers 200 with a compression bomb': [tcp(bomb), delivered(200)],
  'answers 200 with what only claims to be compressed': [
    tcp(answer(whole('200 OK', 'content-encoding: gzip'))),
    delivered(200),
    kept,
  ],
  'answers 200 with more than its Content-Length': [
    tcp(answer(`${head('200 OK', 'content-length: 2')}surplus`)),
    delivered(200),
  ],
  'answers 204 with a body': [
    tcp(answer(`${head('204 No Content', 'content-length: 5')}hello`)),
    delivered(204),
  ],
  'answers 200 with a broken chunk': [tcp(chunked('zz\r\nhalf\r\n')), delivered(200)],
  'answers 200 with a chunk of negative size': [tcp(chunked('-5\r\nhello\r\n')), delivered(200)],
  'answers 200 with a chunk of more than its size': [tcp(chunked('2\r\nhello\r\n')), delivered(200)],
  'answers 200 with a chunk size beyond all numbers': [
    tcp(chunked('ffffffffffffffffff\r\nhello\r\n')),
    delivered(200),
  ],
  'answers 200 with an endless chunk extension': [
    tcp(flood(`${head('200 OK', 'transfer-encoding: chunked')}5;`, filler())),
    delivered(200),
    late,
  ],
  'answers 200 with endless trailers': [
    tcp(flood(`${head('200 OK', 'transfer-encoding: chunked')}0\r\n`, 'x-trailer: again\r\n'.repeat(1_000))),
    delivered(200),
  ],
  'answers 200 with an unknown transfer coding': [
    tcp(answerAndClose(`${head('200 OK', 'transfer-encoding: cow')}moo`)),
    delivered(200),
  ],
};

/** Once the status line is read, its status counts. */
const heads: Record<string, Row> = {
  'sends a header without a colon': [tcp(answer(head('200 OK', 'no colon'))), delivered(200)],
  'sends a header without a name': [tcp(answer(head('200 OK', ': value'))), delivered(200)],
  'sends a header with a space before its colon': [tcp(answer(head('200 OK', 'x-a : b'))), delivered(200)],
  'sends NUL in a header': [tcp(answer(head('200 OK', 'x-a: a\0b'))), delivered(200)],
  'sends a bare CR in a header': [tcp(answer(head('200 OK', 'x-a: a\rb'))), delivered(200)],
  'sends two different lengths': [
    tcp(answer(`${head('200 OK', 'content-length: 1', 'content-length: 2')}ab`)),
    delivered(200),
  ],
  'sends its length twice': [
    tcp(answer(`${head('200 OK', 'content-length: 2', 'content-length: 2')}ok`)),
    delivered(200),
  ],
  'sends a length and chunks': [
    tcp(answer(`${head('200 OK', 'content-length: 5', 'transfer-encoding: chunked')}0\r\n\r\n`)),
    delivered(200),
  ],
  'sends a negative length': [tcp(answer(head('200 OK', 'content-length: -1'))), delivered(200)],
  'sends a length beyond all numbers': [
    tcp(answer(head('200 OK', `content-length: ${'9'.repeat(30)}`))),
    delivered(200),
  ],
  'sends a header named as what objects inherit from': [
    tcp(answer(whole('200 OK', '__proto__: x', 'constructor: y'))),
    delivered(200),
    kept,
  ],
  'sends 17 KiB of headers': [tcp(answer(whole('200 OK', `x-a: ${'a'.repeat(17 * 1024)}`))), delivered(200)],
  'sends NUL and its Retry-After after 15 KiB of headers': [
    tcp(answer(whole('503 Busy', `x-a: ${'a'.repeat(15 * 1024)}`, 'x-b: a\0b', 'retry-after: 120'))),
    failed(503, 120),
  ],
  'sends a header that never ends': [tcp(flood('HTTP/1.1 200 OK\r\nx-a: ', filler())), delivered(200)],
  'sends headers without end': [tcp(flood('HTTP/1.1 200 OK\r\n', 'a: b\r\n'.repeat(1_000))), delivered(200)],
  'sends thousands of small headers': [
    tcp(answer(whole('200 OK', ...Array<string>(5_000).fill('a: b')))),
    delivered(200),
    kept,
  ],
  'sends a huge cookie': [
    tcp(answer(whole('200 OK', `set-cookie: a=${'b'.repeat(20_000)}`))),
    delivered(200),
  ],
  'drips its headers byte by byte': [tcp(drip('HTTP/1.1 200 OK\r\nx-a: ', 'a')), delivered(200), late],
  'sends a header of nothing but blanks': [
    tcp(flood('HTTP/1.1 200 OK\r\nx-a:', ' '.repeat(16 * 1024))),
    delivered(200),
    late,
  ],
  'sends a reason phrase that never ends': [tcp(flood('HTTP/1.1 200 ', filler())), timedOut('reading'), late],
  'sends blank lines only': [tcp(flood('', '\r\n'.repeat(8 * 1024))), timedOut('reading'), late],
};

/** What lenient clients read, and the HTTP client refuses. */
const leniencies: Record<string, Row> = {
  ...Object.fromEntries(
    (
      [
        ['ends its lines with LF alone', '1.1', '\n', ['content-length: 2']],
        ['folds a header', '1.1', '\r\n', ['x-policy: a', ' b', 'content-length: 2']],
        ['folds a header with LF alone', '1.1', '\n', ['x-policy: a', '\tb', 'content-length: 2']],
        ['lists its length', '1.1', '\r\n', ['content-length: 2, 2']],
        ['names a header as none can be named', '1.1', '\r\n', ['x-a(1): a', 'content-length: 2']],
        ['names a header with blanks', '1.1', '\r\n', ['x a: a', 'content-length: 2']],
        ['names a header in Latin-1', '1.1', '\r\n', ['x-\xe4: a', 'content-length: 2']],
        ['transfers as "identity"', '1.1', '\r\n', ['transfer-encoding: identity', 'content-length: 2']],
        ['gives its length in words', '1.1', '\r\n', ['content-length: two']],
        ['gives no length', '1.1', '\r\n', ['content-length:']],
        ['speaks HTTP/1.2', '1.2', '\r\n', ['content-length: 2']],
        ['speaks HTTP/1.9', '1.9', '\r\n', ['content-length: 2']],
        ['speaks HTTP/1.10', '1.10', '\r\n', ['content-length: 2']],
        ['speaks HTTP/1', '1', '\r\n', ['content-length: 2']],
        ['writes two blanks before its status', '1.1 ', '\r\n', ['content-length: 2']],
        ['writes a tab before its status', '1.1\t', '\r\n', ['content-length: 2']],
        ['gives its length a sign', '1.1', '\r\n', ['content-length: +2']],
        ['lists its codings', '1.1', '\r\n', ['transfer-encoding: chunked, identity', 'content-length: 2']],
        ['names no header', '1.1', '\r\n', [': a', 'content-length: 2']],
      ] as const
    ).flatMap(([name, version, newline, headers]): [string, Row][] => {
      const lenient = (status: string, ...further: readonly string[]) =>
        tcp(answer([`HTTP/${version} ${status}`, ...further, ...headers, '', 'ok'].join(newline)));
      return [
        [`${name} and answers 200`, [lenient('200 OK'), delivered(200)]],
        [`${name} and answers 500`, [lenient('500 Oops'), failed(500)]],
        [`${name} and answers 410`, [lenient('410 Gone'), ended('gone', 410)]],
        [
          `${name} and answers 503 with Retry-After`,
          [lenient('503 Wait', 'retry-after: 120'), failed(503, 120)],
        ],
      ];
    }),
  ),
  'folds what is no header': [tcp(answer(head('200 OK', ' a', 'content-length: 0'))), delivered(200)],
  'writes a tab after its status': [tcp(answer('HTTP/1.1 200\tOK\r\n\r\n')), delivered(200)],
  'begins with blank lines and ends its lines with LF alone': [
    tcp(answer('\r\n\nHTTP/1.1 200 OK\n\n')),
    delivered(200),
  ],
  'gives Retry-After twice, in lines that end with LF alone': [
    tcp(answer('HTTP/1.1 503 Wait\nretry-after: 120\nretry-after: 240\n\n')),
    failed(503, 120),
  ],
  'ends its status line with LF and writes the rest later': [
    tcp(answerBitByBit('HTTP/1.1 200 OK\n', 'content-length: 2\n\nok')),
    delivered(200),
  ],
  'speaks HTTP/1.2 and divides its status line': [
    tcp(answerBitByBit('HTTP/1.2 ', '200 OK\r\ncontent-length: 0\r\n\r\n')),
    delivered(200),
  ],
  'answers 100 and then 200 with LF alone': [
    tcp(answer('HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\n\n')),
    delivered(200),
  ],
};

const interim: Record<string, Row> = {
  'answers 102 and then 200': [tcp(answer(head('102 Processing') + whole('200 OK'))), delivered(200), kept],
  'answers 103 and then 200': [
    tcp(answer(head('103 Early Hints', 'link: </a>; rel=preload') + whole('200 OK'))),
    delivered(200),
    kept,
  ],
  'answers 100 and then 200': [tcp(answer(head('100 Continue') + whole('200 OK'))), delivered(200), kept],
  'answers 100 and 200 a little later': [
    tcp(answerBitByBit(head('100 Continue'), whole('200 OK'))),
    delivered(200),
    kept,
  ],
  'answers 100 without a reason phrase and 200 a little later': [
    tcp(answerBitByBit(head('100'), whole('200 OK'))),
    delivered(200),
    kept,
  ],
  'answers 100 in two parts and then 200': [
    tcp(answerBitByBit('HTTP/1.1 100 Cont', `inue\r\n\r\n${whole('200 OK')}`)),
    delivered(200),
    kept,
  ],
  'answers 100 in parts that divide its status, and then 200': [
    tcp(answerBitByBit('HTTP/1.1 10', `0 Continue\r\n\r\n${whole('200 OK')}`)),
    delivered(200),
    kept,
  ],
  'gives early hints of 6 KiB, and answers 200 later': [
    tcp(
      answerBitByBit(
        `HTTP/1.1 103 Early Hints\r\nlink: ${'a'.repeat(6 * 1024)}\r\n`,
        `\r\n${whole('200 OK')}`,
      ),
    ),
    delivered(200),
    kept,
  ],
  'gives a reason of 6 KiB': [tcp(answer(whole(`200 ${'a'.repeat(6 * 1024)}`))), delivered(200), kept],
  'gives early hints with LF alone, and answers 200 later': [
    tcp(answerBitByBit('HTTP/1.1 103 Early Hints\nlink: </a>\n\n', whole('200 OK'))),
    delivered(200),
    kept,
  ],
  'folds its early hints, and answers 500 later with LF alone': [
    tcp(answerBitByBit('HTTP/1.2 103\r\nlink: </a>,\r\n </b>\r\n\r\n', 'HTTP/1.1 500 Oops\n\n')),
    failed(500),
  ],
  'answers 100 twice, 103, and then 500': [
    tcp(answer(head('100 Continue').repeat(2) + head('103 Early Hints') + whole('500 Oops'))),
    failed(500),
    kept,
  ],
  'says 100 for ever': [tcp(flood('', head('100 Continue').repeat(500))), timedOut('reading'), late],
  'says 102 for ever': [tcp(flood('', head('102 Processing').repeat(500))), timedOut('reading'), late],
  'gives early hints for ever': [
    tcp(flood('', head('103 Early Hints', 'link: </a>; rel=preload').repeat(300))),
    timedOut('reading'),
    late,
  ],
  'switches protocols': [
    tcp(answer(head('101 Switching Protocols', 'connection: upgrade', 'upgrade: websocket'))),
    retried('connection-lost'),
  ],
};

const otherProtocols: Record<string, Row> = {
  'speaks HTTP/0.9': [tcp(answerAndClose('<html>hello</html>')), retried('protocol')],
  // The parser lets it pass, and the receiver says that it has the callback.
  'writes HTTP/2 into an answer of HTTP/1': [
    tcp(answer('HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\nok')),
    delivered(200),
  ],
  'speaks HTTP/3 in text': [tcp(answer('HTTP/3.0 200 OK\r\n\r\n')), retried('protocol')],
  'speaks HTTP/2 in frames': [tcp(greet(Buffer.from('000000040000000000', 'hex'))), retried('protocol')],
  'sends an HTTP/2 preface': [tcp(greet('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')), retried('protocol')],
  'writes http in lower case': [tcp(answer('http/1.1 200 OK\r\n\r\n')), retried('protocol')],
  'sends a request': [tcp(greet('GET / HTTP/1.1\r\nhost: you\r\n\r\n')), retried('protocol')],
  'is an SSH server': [tcp(greet('SSH-2.0-OpenSSH_9.6\r\n')), retried('protocol')],
  'is a mail server': [tcp(greet('220 mail.example.com ESMTP\r\n')), retried('protocol')],
  'is a key-value store': [tcp(answer("-ERR unknown command 'POST'\r\n")), retried('protocol')],
  'sends a TLS alert on a plain port': [tcp(answer(alertOf(70))), retried('protocol')],
  'sends random bytes': [tcp(answer(Buffer.from('9f1c7a03e5b26d48ff0091', 'hex'))), retried('protocol')],
};

const connections: Record<string, Row> = {
  'refuses the connection': [{ by: 'nothing' }, retried('connection-refused')],
  'closes at once': [tcp((connection) => void connection.end()), retried('connection-lost')],
  'resets at once': [tcp(reset), retried('connection-lost')],
  'closes without an answer': [tcp(answerAndClose('')), retried('connection-lost')],
  'resets without an answer': [tcp(answerAndReset('')), retried('connection-lost')],
  'closes in the middle of its status line': [
    tcp(answerAndClose('HTTP/1.1 200')),
    retried('connection-lost'),
  ],
  'closes in the middle of its headers': [tcp(answerAndClose('HTTP/1.1 200 OK\r\nx-a: ')), delivered(200)],
  'resets in the middle of its headers': [tcp(answerAndReset('HTTP/1.1 200 OK\r\nx-a: ')), delivered(200)],
  'closes after half of the request': [
    tcp((connection) => void connection.once('data', () => void connection.pause().end())),
    retried('connection-lost'),
    large,
  ],
  'answers 200 without reading the request, and closes': [
    tcp((connection) => void connection.pause().end(whole('200 OK'))),
    delivered(200),
    large,
  ],
  'answers 413 after half of the request, and closes': [
    tcp((connection) => {
      connection.once('data', () => void connection.pause().end(whole('413 Too Large', 'connection: close')));
    }),
    failed(413),
    large,
  ],
  'never answers': [tcp(() => undefined), timedOut('answer'), late],
  'never reads the request': [
    tcp((connection) => void connection.pause()),
    timedOut('answer'),
    { ...late, ...large },
  ],
  'answers 200 after the deadline': [tcp(answerLate), timedOut('answer'), late],
  'adds a response that nobody asked for': [
    tcp(answer(head('204 No Content') + whole('200 Forged'))),
    delivered(204),
  ],
  'sends a second response later': [tcp(answerTwice), delivered(204)],
};

const handshakes: Record<string, Row> = {
  'has a good certificate': [tls('good'), delivered(204), kept],
  'has an expired certificate': [tls('expired'), retried('tls', 'CERT_HAS_EXPIRED')],
  'has a certificate that is not valid yet': [tls('notYetValid'), retried('tls', 'CERT_NOT_YET_VALID')],
  'has a certificate of another host': [tls('wrongHost'), retried('tls', 'ERR_TLS_CERT_ALTNAME_INVALID')],
  'signed its certificate itself': [tls('selfSigned'), retried('tls', 'DEPTH_ZERO_SELF_SIGNED_CERT')],
  'has a certificate of an unknown authority': [
    tls('unknownAuthority'),
    retried('tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  ],
  'has a certificate for clients only': [tls('otherPurpose'), retried('tls', 'INVALID_PURPOSE')],
  'has a certificate below the last authority': [tls('pathTooLong'), retried('tls', 'PATH_LENGTH_EXCEEDED')],
  'speaks TLS 1.0 and 1.1 only': [
    tls('good', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    retried('tls'),
  ],
  'asks for a client certificate, with TLS 1.2': [
    tls('good', { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' }),
    retried('tls'),
  ],
  // With 1.3 the sender's side of the handshake is over before it is refused.
  'asks for a client certificate, with TLS 1.3': [
    tls('good', { requestCert: true, rejectUnauthorized: true }),
    retried('connection-lost'),
  ],
  'speaks HTTP/2 only over TLS': [tls('good', { ALPNProtocols: ['h2'] }), retried('tls')],
  'answers 200 over TLS and breaks off in the body': [
    {
      by: 'tls',
      options: ({ good }) => good,
      serve: (connection) =>
        void connection.once('data', () =>
          connection.write(`${head('200 OK', 'content-length: 100')}half`, () => connection.destroy()),
        ),
    },
    delivered(200),
  ],
  'speaks plain HTTP on a TLS port': [
    { ...tcp(answerAndClose(whole('400 Bad Request'))), scheme: 'https' },
    retried('tls'),
  ],
  'is an SSH server on a TLS port': [
    { ...tcp(greet('SSH-2.0-OpenSSH_9.6\r\n')), scheme: 'https' },
    retried('tls'),
  ],
  'speaks TLS on a plain port': [{ ...tls('good'), scheme: 'http' }, retried('connection-lost')],
  'refuses the handshake with an alert': [{ ...tcp(answer(alertOf(40))), scheme: 'https' }, retried('tls')],
  'closes in the handshake': [{ ...tcp(answerAndClose('')), scheme: 'https' }, retried('connection-lost')],
  'resets in the handshake': [{ ...tcp(answerAndReset('')), scheme: 'https' }, retried('connection-lost')],
  'never answers the handshake': [{ ...tcp(() => undefined), scheme: 'https' }, timedOut('connect'), late],
  'stops in the middle of the handshake': [
    // The first half of a record that would hold a ServerHello.
    { ...tcp(answer(Buffer.from('160303007a02000076', 'hex'))), scheme: 'https' },
    timedOut('connect'),
    late,
  ],
};

const addresses: Record<string, Row> = {
  'has a name that does not exist': [{ by: 'url', url: 'http://nowhere.invalid/hook' }, retried('dns')],
  'has a name without an address': [{ by: 'name', addresses: [] }, retried('dns')],
  'has a name that now points inwards': [
    { by: 'name', addresses: ['169.254.169.254'] },
    retried('address-forbidden'),
  ],
  'has a name that points inwards among other places': [
    { by: 'name', addresses: ['93.184.215.14', '127.0.0.1'] },
    retried('address-forbidden'),
  ],
  'has a URL that is no longer allowed': [
    { by: 'url', url: 'http://user:password@receiver.example.com/hook' },
    ended('invalid-url'),
  ],
};

/** What receivers do wrong or slowly, a few also right, and what is to come of it. */
export const receiverFaults: readonly ReceiverFault[] = Object.entries({
  ...statuses,
  ...bodies,
  ...heads,
  ...leniencies,
  ...interim,
  ...otherProtocols,
  ...connections,
  ...handshakes,
  ...addresses,
}).map(([name, [listening, expected, circumstances]]) => ({
  name,
  listening,
  expected,
  connection: 'cut',
  requestBytes: 2,
  ...circumstances,
}));

export interface FaultyReceiver {
  readonly url: string;
  /** Where it can be reached once it is mended: elsewhere only if the URL was the fault. */
  readonly mendedUrl: string;
  connectionCount(): number;
  /** Resolves once no connection is left, whoever closed it. */
  allClosed(): Promise<void>;
  /** From now on every request is answered with 204, on connections that are still open too. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultyReceiver(
  { listening }: Pick<ReceiverFault, 'listening'>,
  certificates: TestCertificates,
): Promise<FaultyReceiver> {
  const sockets = new Set<Socket>();
  const channels = new Set<Duplex>();
  const waiting = new Set<() => void>();
  let healed = listening.by === 'url' || listening.by === 'name';
  let count = 0;

  function serve(channel: Duplex): void {
    channels.add(channel);
    // The peer may cut the connection at any time; without a listener that would end the process.
    channel.on('error', () => channel.destroy());
    channel.on('close', () => channels.delete(channel));
    if (healed) answerWell(channel);
    else serveOf(listening)(channel);
  }

  const faultyTls = createTlsServer(listening.by === 'tls' ? listening.options(certificates) : {}, serve);
  const goodTls = createTlsServer(certificates.good, serve);
  const secure = schemeOf(listening) === 'https';
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const resolve of waiting) resolve();
    });
    if (healed && secure) goodTls.emit('connection', socket);
    else if (!healed && listening.by === 'tls') faultyTls.emit('connection', socket);
    else serve(socket);
  });
  const port = await listen(server, 0);
  if (listening.by === 'nothing') await close(server);

  const mendedUrl = `${schemeOf(listening)}://127.0.0.1:${port}/hook`;

  return {
    url: urlOf(listening) ?? mendedUrl,
    mendedUrl,
    connectionCount: () => count,
    allClosed: () =>
      new Promise((resolve) => {
        // Those that do not read would not see the end.
        for (const channel of channels) channel.resume();
        if (sockets.size === 0) resolve();
        else waiting.add(resolve);
      }),
    async heal() {
      healed = true;
      for (const channel of channels) answerWell(channel.removeAllListeners('data'));
      if (listening.by === 'nothing') await listen(server, port);
    },
    async close() {
      const closed = close(server);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function schemeOf(listening: Listening): 'http' | 'https' {
  if (listening.by === 'tls') return listening.scheme ?? 'https';
  return listening.by === 'tcp' ? (listening.scheme ?? 'http') : 'http';
}

function urlOf(listening: Listening): string | undefined {
  if (listening.by === 'url') return listening.url;
  return listening.by === 'name' ? 'https://receiver.example.com:8443/hook' : undefined;
}

function serveOf(listening: Listening): Serve {
  return ('serve' in listening ? listening.serve : undefined) ?? answerWell;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function tcp(serve: Serve): Listening & { by: 'tcp' } {
  return { by: 'tcp', serve };
}

function tls(
  certificate: Exclude<keyof TestCertificates, 'authority'>,
  options: TlsOptions = {},
): Listening & { by: 'tls' } {
  return { by: 'tls', options: (certificates) => ({ ...certificates[certificate], ...options }) };
}

function delivered(status: number): Expected {
  return { outcome: { kind: 'success', status }, decision: 'delivered' };
}

function failed(status: number, retryAfterSeconds?: number): Expected {
  return {
    outcome: { kind: 'failure', reason: 'status', status },
    decision: 'retry',
    ...(retryAfterSeconds && { retryAfterSeconds }),
  };
}

function retried(reason: FailureReason, errorCode?: string): Expected {
  return { outcome: { kind: 'failure', reason, ...(errorCode && { errorCode }) }, decision: 'retry' };
}

function timedOut(phase: CallPhase): Expected {
  return { outcome: { kind: 'failure', reason: 'timeout', phase }, decision: 'retry' };
}

function ended(reason: FailureReason, status?: number): Expected {
  return { outcome: { kind: 'failure', reason, ...(status && { status }) }, decision: 'exhausted' };
}

function head(status: string, ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');
}

function whole(status: string, ...headers: readonly string[]): string {
  return `${head(status, ...headers, 'content-length: 2')}ok`;
}

/** A TLS record with a fatal alert. */
function alertOf(description: number): Buffer {
  return Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, description]);
}

function filler(): string {
  return 'x'.repeat(16 * 1024);
}

function answerWell(connection: Duplex): void {
  connection.on('data', () => connection.write(head('204 No Content')));
}

/** A first part, and the second when the first has long been read. */
function answerBitByBit(first: string, second: string): Serve {
  return (connection) => {
    connection.once('data', () => {
      connection.write(first);
      const timer = setTimeout(() => connection.write(second), 50);
      connection.on('close', () => clearTimeout(timer));
    });
  };
}

/** Once the request has begun to arrive. */
function answer(bytes: string | Buffer): Serve {
  return (connection) => void connection.once('data', () => connection.write(bytes));
}

function answerAndClose(bytes: string): Serve {
  return (connection) => void connection.once('data', () => connection.end(bytes));
}

function answerAndReset(bytes: string): Serve {
  return (connection) =>
    void connection.once('data', () => void connection.write(bytes, () => reset(connection)));
}

function reset(connection: Duplex): void {
  if (connection instanceof Socket) connection.resetAndDestroy();
}

/** Without waiting for the request, as servers do whose protocol begins so. */
function greet(bytes: string | Buffer): Serve {
  return (connection) => {
    connection.resume();
    connection.write(bytes);
  };
}

function chunked(chunks: string): Serve {
  return answer(head('200 OK', 'transfer-encoding: chunked') + chunks);
}

/** Writes for as long as the other side reads. */
function flood(first: string, again: string): Serve {
  return (connection) => {
    const write = () => {
      while (!connection.destroyed && connection.write(again));
    };
    connection.on('drain', write);
    connection.once('data', () => {
      connection.write(first);
      write();
    });
  };
}

function drip(first: string, drop: string): Serve {
  return (connection) => {
    connection.once('data', () => {
      connection.write(first);
      const timer = setInterval(() => connection.write(drop), 10);
      connection.on('close', () => clearInterval(timer));
    });
  };
}

function bomb(connection: Duplex): void {
  // A gigabyte once it is unpacked: one part after the other is as valid as one alone.
  const part = gzipSync(Buffer.alloc(16 * 1024 * 1024));
  const zipped = Buffer.concat(Array<Buffer>(64).fill(part));
  connection.once('data', () => {
    connection.write(head('200 OK', 'content-encoding: gzip', `content-length: ${zipped.length}`));
    connection.write(zipped);
  });
}

function answerLate(connection: Duplex): void {
  connection.once('data', () => {
    const timer = setTimeout(() => connection.write(whole('200 OK')), lateAnswerMs);
    connection.on('close', () => clearTimeout(timer));
  });
}

function answerTwice(connection: Duplex): void {
  connection.once('data', () => {
    connection.write(head('204 No Content'));
    const timer = setTimeout(() => connection.write(whole('200 Forged')), 100);
    connection.on('close', () => clearTimeout(timer));
  });
}
