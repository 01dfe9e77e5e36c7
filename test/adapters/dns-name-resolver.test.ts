import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { createNameResolver } from '../../adapters/dns-name-resolver.ts';
import { faultsOfOurs } from '../../core/receivers/delivery-outcome.ts';
import type { NameResolver } from '../../core/receivers/name-resolver.ts';

/** What a name server says to a question; undefined if it says nothing. */
type Respond = (name: string, type: string, question: Packet) => Buffer | undefined;

let socket: Socket;
let names: NameResolver;
let respond: Respond;
let questions: string[];
beforeEach(async () => {
  questions = [];
  socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const packet = decode(message);
    const [question] = packet.questions ?? [];
    questions.push(`${question?.name} ${question?.type}`);
    const response = respond(question?.name ?? '', question?.type ?? '', packet);
    if (response) socket.send(response, port, address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  names = createNameResolver([`127.0.0.1:${socket.address().port}`]);
});
afterEach(() => new Promise<void>((resolve) => void socket.close(resolve)));

function reply(question: Packet, answers: Answer[] = [], flags = 0): Buffer {
  const { id, questions } = question;
  // Recursion is available, as from every server that clients ask.
  return encode({ type: 'response', id, questions, answers, flags: flags | 0x80 });
}

function addressesOf(question: Packet, name: string, type: string): Buffer {
  if (type === 'AAAA') return reply(question, [{ name, type: 'AAAA', data: '2001:db8::7' }]);
  const data = ['192.0.2.1', '192.0.2.2'];
  return reply(
    question,
    data.map((address) => ({ name, type: 'A', data: address })),
  );
}

const responseCodes = { serverFailure: 2, noSuchName: 3, refused: 5 };
const truncation = 0x200;

describe('the addresses of a name', () => {
  test('are those of IPv4 and then those of IPv6', async () => {
    respond = (name, type, question) => addressesOf(question, name, type);

    expect(await names.resolveName('receiver.example.com')).toEqual([
      '192.0.2.1',
      '192.0.2.2',
      '2001:db8::7',
    ]);
    expect(questions.toSorted()).toEqual(['receiver.example.com A', 'receiver.example.com AAAA']);
  });

  test('are found behind another name', async () => {
    const target = 'elsewhere.example.net';
    respond = (name, type, question) =>
      type === 'A'
        ? reply(question, [
            { name, type: 'CNAME', data: target },
            { name: target, type: 'A', data: '192.0.2.3' },
          ])
        : reply(question);

    expect(await names.resolveName('receiver.example.com')).toEqual(['192.0.2.3']);
  });

  test.each([
    ['A', ['192.0.2.1', '192.0.2.2']],
    ['AAAA', ['2001:db8::7']],
  ])('are those of %s where there are no others', async (only, expected) => {
    respond = (name, type, question) => (type === only ? addressesOf(question, name, type) : reply(question));

    expect(await names.resolveName('receiver.example.com')).toEqual(expected);
  });

  test.each([
    ['A', ['192.0.2.1', '192.0.2.2']],
    ['AAAA', ['2001:db8::7']],
  ])('are those of %s where the other question is never answered', async (only, expected) => {
    respond = (name, type, question) => (type === only ? addressesOf(question, name, type) : undefined);

    expect(await names.resolveName('receiver.example.com')).toEqual(expected);
  });

  test('are found though the first question gets lost', async () => {
    const lost = new Set<string>();
    respond = (name, type, question) => {
      if (lost.has(type)) return addressesOf(question, name, type);
      lost.add(type);
      return undefined;
    };

    // A busy machine needs its time for the second question.
    const patient = createNameResolver([`127.0.0.1:${socket.address().port}`], 4_000);
    expect(await patient.resolveName('receiver.example.com')).toEqual([
      '192.0.2.1',
      '192.0.2.2',
      '2001:db8::7',
    ]);
    expect(questions).toHaveLength(4);
  });

  const nothing: Record<string, Respond> = {
    'says that there is no such name': (_, __, question) => reply(question, [], responseCodes.noSuchName),
    fails: (_, __, question) => reply(question, [], responseCodes.serverFailure),
    'refuses to answer': (_, __, question) => reply(question, [], responseCodes.refused),
    'knows the name, but no address of it': (_, __, question) => reply(question),
    'says nothing': () => undefined,
    'sends a malformed packet': (_, __, question) => reply(question).subarray(0, 7),
    'sends a packet that is cut off within an address': (name, type, question) =>
      addressesOf(question, name, type).subarray(0, -2),
    // It then asks over TCP, where nobody listens.
    'says that its answer does not fit': (name, type, question) =>
      reply(question, [{ name, type: 'A', data: '192.0.2.9' }], truncation),
    'answers what was not asked': (name, type, question) =>
      addressesOf({ ...question, id: ((question.id ?? 0) + 1) % 65_536 }, name, type),
    'answers another name': (_, type, question) =>
      addressesOf(
        { ...question, questions: [{ name: 'other.example.com', type: 'A' }] },
        'other.example.com',
        type,
      ),
  };
  test.each(Object.entries(nothing))('are none if the server %s', async (_, behaviour) => {
    respond = behaviour;

    expect(await names.resolveName('receiver.example.com')).toEqual([]);
  });

  test('are none if nobody listens where the server should be', async () => {
    const port = socket.address().port;
    respond = () => undefined;
    const deaf = createNameResolver([`127.0.0.2:${port}`]);

    expect(await deaf.resolveName('receiver.example.com')).toEqual([]);
  });

  test('of nine names are found while the server is silent about a tenth', async () => {
    respond = (name, type, question) =>
      name === 'silent.example.com' ? undefined : addressesOf(question, name, type);
    const ended: string[] = [];
    const resolve = async (name: string) => {
      const addresses = await names.resolveName(name);
      ended.push(`${name} ${addresses.length}`);
    };

    const silent = resolve('silent.example.com');
    const nine = Array.from({ length: 9 }, (_, number) => `n${number}.example.com`);
    await Promise.all(nine.map(resolve));

    expect(ended.toSorted()).toEqual(nine.map((name) => `${name} 3`));
    await silent;
    expect(ended.at(-1)).toBe('silent.example.com 0');
  });
});

describe('a fault of ours says nothing about a name', () => {
  const failWith = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([...faultsOfOurs])('%s of both questions is thrown', async (code) => {
    jest.spyOn(Resolver.prototype, 'resolve4').mockImplementation(failWith(code));
    jest.spyOn(Resolver.prototype, 'resolve6').mockImplementation(failWith(code));

    await expect(names.resolveName('receiver.example.com')).rejects.toMatchObject({ code });
  });

  test.each(['resolve4', 'resolve6'] as const)(
    'of %s alone is thrown if the other has no answer',
    async (one) => {
      respond = (_, __, question) => reply(question);
      jest.spyOn(Resolver.prototype, one).mockImplementation(failWith('EMFILE'));

      await expect(names.resolveName('receiver.example.com')).rejects.toMatchObject({ code: 'EMFILE' });
    },
  );

  test.each([
    ['resolve4', ['2001:db8::7']],
    ['resolve6', ['192.0.2.1', '192.0.2.2']],
  ] as const)('of %s alone costs no address that the other question finds', async (one, expected) => {
    respond = (name, type, question) => addressesOf(question, name, type);
    jest.spyOn(Resolver.prototype, one).mockImplementation(failWith('EMFILE'));

    expect(await names.resolveName('receiver.example.com')).toEqual(expected);
  });

  // https://nodejs.org/api/dns.html#error-codes
  test.each([
    'ENODATA',
    'EFORMERR',
    'ESERVFAIL',
    'ENOTFOUND',
    'ENOTIMP',
    'EREFUSED',
    'EBADQUERY',
    'EBADNAME',
    'EBADRESP',
    'ECONNREFUSED',
    'ETIMEOUT',
    'EOF',
  ])('while %s means that there are no addresses', async (code) => {
    jest.spyOn(Resolver.prototype, 'resolve4').mockImplementation(failWith(code));
    jest.spyOn(Resolver.prototype, 'resolve6').mockImplementation(failWith(code));

    expect(await names.resolveName('receiver.example.com')).toEqual([]);
  });

  test('and is told apart from a silent server where a process has no more files', async () => {
    const probe = fileURLToPath(new URL('../support/no-files-probe.ts', import.meta.url));
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -n 80 && exec "$@"',
      'sh',
      process.execPath,
      probe,
    ]);

    expect(stdout.trim()).toBe('EMFILE');
  });
});
