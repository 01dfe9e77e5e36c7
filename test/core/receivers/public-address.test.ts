import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { addressesToTry, addressInHost, refuseAddress } from '../../../core/receivers/public-address.ts';
import { type RegisteredBlock, registeredIpv4, registeredIpv6 } from './special-purpose-registries.ts';

describe('refuseAddress', () => {
  test.each([
    ['0.0.0.0', '0.255.255.255', 'this-network'],
    ['10.0.0.0', '10.255.255.255', 'private-network'],
    ['100.64.0.0', '100.127.255.255', 'shared-address-space'],
    ['127.0.0.0', '127.255.255.255', 'loopback'],
    ['169.254.0.0', '169.254.255.255', 'link-local'],
    ['172.16.0.0', '172.31.255.255', 'private-network'],
    ['192.0.0.0', '192.0.0.255', 'protocol-assignment'],
    ['192.0.2.0', '192.0.2.255', 'documentation'],
    ['192.88.99.0', '192.88.99.255', 'relay-anycast'],
    ['192.168.0.0', '192.168.255.255', 'private-network'],
    ['198.18.0.0', '198.19.255.255', 'benchmarking'],
    ['198.51.100.0', '198.51.100.255', 'documentation'],
    ['203.0.113.0', '203.0.113.255', 'documentation'],
    ['224.0.0.0', '239.255.255.255', 'multicast'],
    ['240.0.0.0', '255.255.255.255', 'reserved'],
  ])('refuses %s to %s as %s, also in IPv6 clothes, and nothing next to it', (first, last, refusal) => {
    for (const address of [first, last]) {
      expect(refuseAddress(address)).toBe(refusal);
      expect(refuseAddress(`::ffff:${address}`)).toBe(refusal);
    }
    for (const neighbour of [numberOf(first) - 1, numberOf(last) + 1]) {
      // Below 0.0.0.0 and above 255.255.255.255 there is none, and 240/4 follows upon 224/4.
      if (neighbour < 0 || neighbour >= 0xe0000000) continue;
      expect(refuseAddress(textOf(neighbour))).toBeUndefined();
    }
  });

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '2606:4700::1111',
    '2001:200::',
    '::ffff:8.8.8.8',
  ])('takes %s', (address) => expect(refuseAddress(address)).toBeUndefined());

  test.each([
    ['::1', 'not-global-unicast'],
    ['::', 'not-global-unicast'],
    ['::127.0.0.1', 'not-global-unicast'],
    ['64:ff9b::7f00:1', 'not-global-unicast'],
    ['fc00::1', 'not-global-unicast'],
    ['fe80::1', 'not-global-unicast'],
    ['ff02::1', 'not-global-unicast'],
    ['1fff:ffff::', 'not-global-unicast'],
    ['4000::', 'not-global-unicast'],
    ['2001::1', 'protocol-assignment'],
    ['2001:1ff:ffff::', 'protocol-assignment'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::', 'relay-anycast'],
    ['3fff:fff::', 'documentation'],
    ['::FFFF:7F00:1', 'loopback'],
    ['0:0:0:0:0:ffff:10.0.0.1', 'private-network'],
    ['fe80::1%eth0', 'not-an-address'],
    ['2606:4700::1111%eth0', 'not-an-address'],
    ['127.1', 'not-an-address'],
    ['0177.0.0.1', 'not-an-address'],
    ['localhost', 'not-an-address'],
    ['', 'not-an-address'],
  ])('refuses %s as %s', (address, refusal) => expect(refuseAddress(address)).toBe(refusal));
});

type Exception = readonly [bits: 32 | 128, start: readonly number[], prefix: number, reason: string];

/** The blocks that we refuse though they can be reached from anywhere. */
const refusedOnPurpose: readonly Exception[] = [
  [32, [192, 0, 0], 24, 'its anycast addresses lead to the nearest device, which is one of our own network'],
  [128, [0x64, 0xff9b], 96, 'carries any IPv4 address, also a private one'],
  [128, [0x2001], 23, 'tunnels, identifiers and anycast to the nearest device; no web server is there'],
];

/** The blocks that ipaddr.js does not call unicast and that are public all the same. */
const publicServices: readonly Exception[] = [
  [32, [192, 31, 196], 24, 'AS112: name servers that anybody may run, announced to the internet'],
  [32, [192, 175, 48], 24, 'AS112'],
  [128, [0x2620, 0x4f, 0x8000], 48, 'AS112'],
  [32, [192, 52, 193], 24, 'AMT: multicast relays, announced to the internet'],
];

describe('refuseAddress beside the registries and ipaddr.js', () => {
  const samples = [
    ...candidates(registeredIpv4, 32).map((number) => sampleOfIpv4(number)),
    ...candidates(registeredIpv6, 128).map((number) => sampleOfIpv6(number)),
  ];
  const refusals = samples.map(({ spellings }) => spellings.map((spelling) => refuseAddress(spelling)));

  test('at least 100,000 addresses are compared', () => {
    expect(samples.length).toBeGreaterThanOrEqual(100_000);
  });

  test('all spellings of an address get the same answer', () => {
    const torn = samples.filter((_, index) => new Set(refusals[index]).size !== 1);
    expect(textsOf(torn)).toEqual([]);
  });

  test('no address is taken that a registry does not call globally reachable', () => {
    const taken = samples.filter(
      (sample, index) => refusals[index]?.includes(undefined) && !isGloballyReachable(sample),
    );
    expect(textsOf(taken)).toEqual([]);
  });

  test('an address that is globally reachable is refused only in the blocks that are refused on purpose', () => {
    const refused = samples.filter(
      (sample, index) => refusals[index]?.some(Boolean) && isGloballyReachable(sample),
    );
    expect(textsOf(refused.filter((sample) => !isIn(refusedOnPurpose, sample)))).toEqual([]);
    expect(refusedOnPurpose.filter((block) => !refused.some((sample) => isIn([block], sample)))).toEqual([]);
  });

  test('no address is taken that ipaddr.js does not call unicast, but for public services', () => {
    const taken = samples.filter(
      (sample, index) => refusals[index]?.includes(undefined) && rangeOf(sample) !== 'unicast',
    );
    expect(textsOf(taken.filter((sample) => !isIn(publicServices, sample)))).toEqual([]);
    expect(publicServices.filter((block) => !taken.some((sample) => isIn([block], sample)))).toEqual([]);
  });
});

interface Sample {
  readonly number: bigint;
  readonly bits: 32 | 128;
  /** Made of the number, without a parser. */
  readonly spellings: readonly string[];
}

/** Both edges and their neighbours of every registered block and of every network that it lies in, and many between. */
function candidates(blocks: readonly RegisteredBlock[], bits: 32 | 128): bigint[] {
  const max = (1n << BigInt(bits)) - 1n;
  const numbers = new Set<bigint>();
  for (const [start, ownPrefix] of blocks) {
    const { first, last } = limitsOf(start, ownPrefix, bits);
    for (let prefix = 0; prefix <= bits; prefix += 1) {
      const size = 1n << BigInt(bits - prefix);
      for (const edge of [first - (first % size), last - (last % size)])
        for (const number of [edge - 1n, edge, edge + 1n, edge + size - 2n, edge + size - 1n, edge + size])
          numbers.add(number);
    }
    const inside = fc.bigInt({ min: first, max: last });
    const around = fc.bigInt({ min: first - (last - first) - 2n, max: last + (last - first) + 2n });
    for (const number of fc.sample(fc.oneof(inside, around), 1_000)) numbers.add(number);
  }
  for (const number of fc.sample(fc.bigInt({ min: 0n, max }), 20_000)) numbers.add(number);
  // So few addresses of IPv6 are given out that random ones would hardly ever be public.
  const globalUnicast = fc.bigInt({ min: 1n << 125n, max: (1n << 126n) - 1n });
  if (bits === 128) for (const number of fc.sample(globalUnicast, 20_000)) numbers.add(number);
  return [...numbers].filter((number) => number >= 0n && number <= max);
}

function sampleOfIpv4(number: bigint): Sample {
  const dotted = partsOf(number, 32, 8).join('.');
  const [high, low] = partsOf(number, 32, 16).map((group) => group.toString(16));
  return { number, bits: 32, spellings: [dotted, `::ffff:${dotted}`, `0:0:0:0:0:FFFF:${high}:${low}`] };
}

function sampleOfIpv6(number: bigint): Sample {
  const groups = partsOf(number, 128, 16).map((group) => group.toString(16));
  // What has been a mapped address all along is an address of IPv4.
  if (number >> 32n === 0xffffn) return sampleOfIpv4(number & 0xffff_ffffn);
  const padded = groups.map((group) => group.padStart(4, '0').toUpperCase());
  return { number, bits: 128, spellings: [groups.join(':'), padded.join(':')] };
}

function partsOf(number: bigint, bits: number, width: number): number[] {
  const count = bits / width;
  return Array.from({ length: count }, (_, index) =>
    Number((number >> BigInt(width * (count - 1 - index))) & ((1n << BigInt(width)) - 1n)),
  );
}

function limitsOf(start: readonly number[], prefix: number, bits: 32 | 128) {
  const width = bits === 32 ? 8 : 16;
  const written = start.reduce((sum, part) => (sum << BigInt(width)) | BigInt(part), 0n);
  const first = written << BigInt(bits - width * start.length);
  return { first, last: first + (1n << BigInt(bits - prefix)) - 1n };
}

/** The most specific first. */
const limits = { 32: sortedLimits(registeredIpv4, 32), 128: sortedLimits(registeredIpv6, 128) };

function sortedLimits(blocks: readonly RegisteredBlock[], bits: 32 | 128) {
  return blocks
    .toSorted(([, left], [, right]) => right - left)
    .map(([start, prefix, globallyReachable]) => ({ ...limitsOf(start, prefix, bits), globallyReachable }));
}

function isGloballyReachable({ number, bits }: Sample): boolean {
  const block = limits[bits].find(({ first, last }) => number >= first && number <= last);
  return block ? block.globallyReachable === true : true;
}

function isIn(exceptions: readonly Exception[], { number, bits }: Sample): boolean {
  return exceptions.some(([family, start, prefix]) => {
    const { first, last } = limitsOf(start, prefix, family);
    return family === bits && number >= first && number <= last;
  });
}

function rangeOf({ number, bits }: Sample): string {
  return ipaddr.fromByteArray(partsOf(number, bits, 8)).range();
}

/** Enough of them to see what they have in common. */
function textsOf(samples: readonly Sample[]): (string | undefined)[] {
  return samples.slice(0, 20).map(({ spellings }) => spellings[0]);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

describe('the addresses of a name are tried', () => {
  test.each<[name: string, addresses: string[], tried: string[]]>([
    ['not at all if there are none', [], []],
    ['once each', ['192.0.2.1', '192.0.2.1', '192.0.2.2'], ['192.0.2.1', '192.0.2.2']],
    [
      'three at most',
      ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'],
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
    ],
    [
      'by turns of each family',
      ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'],
      ['192.0.2.1', '2001:db8::1', '192.0.2.2'],
    ],
    [
      'beginning with the family of the first',
      ['2001:db8::1', '192.0.2.1', '192.0.2.2'],
      ['2001:db8::1', '192.0.2.1', '192.0.2.2'],
    ],
    [
      'to the last, though one family has fewer',
      ['192.0.2.1', '2001:db8::1', '2001:db8::2'],
      ['192.0.2.1', '2001:db8::1', '2001:db8::2'],
    ],
    [
      'of the second family only as far as it goes',
      ['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1'],
      ['192.0.2.1', '2001:db8::1', '192.0.2.2'],
    ],
  ])('%s', (_, addresses, tried) => {
    expect(addressesToTry(addresses)).toEqual(tried);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['crm.example.com', undefined],
  ['[crm.example.com]', undefined],
  ['192.0.2', undefined],
])('the host %s is the address %p', (host, address) => {
  expect(addressInHost(host)).toBe(address);
});
