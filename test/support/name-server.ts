import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { type Answer, decode, encode } from 'dns-packet';

/**
 * By name, what each successive look-up gets, the last one for ever: addresses, and names to which the records after
 * them belong; or no answer at all. A name that is not here does not exist.
 */
export type Zone = Readonly<Record<string, readonly (readonly string[])[] | 'silent'>>;

/** Answers with whatever the zone says at that moment, as a hostile owner of a domain would. */
export async function startNameServer(zone: Zone, ownPort = 0): Promise<{ server: string; close(): void }> {
  const socket = createSocket('udp4');
  const lookups = new Map<string, number>();
  socket.on('message', (message, { address, port }) => {
    const { id, questions: [question] = [] } = decode(message);
    if (!question) return;
    const name = question.name.toLowerCase();
    const rounds = zone[name];
    if (rounds === 'silent') return;
    const key = `${question.type} ${name}`;
    const round = lookups.get(key) ?? 0;
    lookups.set(key, round + 1);
    const answers = recordsOf(name, rounds?.at(Math.min(round, rounds.length - 1)) ?? []);
    const noSuchName = rounds ? 0 : 3;
    const reply = encode({
      type: 'response',
      ...(id === undefined ? {} : { id }),
      flags: 0x0480 | noSuchName,
      questions: [question],
      answers: answers.filter(({ type }) => type === question.type || type === 'CNAME'),
    });
    socket.send(reply, port, address);
  });
  socket.bind(ownPort, '127.0.0.1');
  await once(socket, 'listening');
  return { server: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}

function recordsOf(name: string, values: readonly string[]): Answer[] {
  let owner = name;
  return values.map((data): Answer => {
    if (isIP(data)) return { type: isIP(data) === 4 ? 'A' : 'AAAA', name: owner, ttl: 0, data };
    const alias = { type: 'CNAME' as const, name: owner, ttl: 0, data };
    owner = data;
    return alias;
  });
}
