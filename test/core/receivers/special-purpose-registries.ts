/**
 * What the registries say of addresses, as numbers, so that no parser stands between them and the code under test.
 * A block begins with the octets (IPv4) or groups of 16 bits (IPv6) that are written; the rest of them is zero.
 * `globallyReachable` is undefined where the registry says neither. The most specific block decides.
 */
export type RegisteredBlock = readonly [
  start: readonly number[],
  prefix: number,
  globallyReachable: boolean | undefined,
  purpose: string,
];

/** https://www.iana.org/assignments/iana-ipv4-special-registry, as of 2025-10-09. */
const specialPurposeIpv4: readonly RegisteredBlock[] = [
  [[0], 8, false, 'this network'],
  [[0, 0, 0, 0], 32, false, 'this host on this network'],
  [[10], 8, false, 'private use'],
  [[100, 64], 10, false, 'shared address space'],
  [[127], 8, false, 'loopback'],
  [[169, 254], 16, false, 'link local'],
  [[172, 16], 12, false, 'private use'],
  [[192, 0, 0], 24, false, 'IETF protocol assignments'],
  [[192, 0, 0, 0], 29, false, 'IPv4 service continuity'],
  [[192, 0, 0, 8], 32, false, 'IPv4 dummy address'],
  [[192, 0, 0, 9], 32, true, 'Port Control Protocol anycast'],
  [[192, 0, 0, 10], 32, true, 'TURN anycast'],
  [[192, 0, 0, 170], 32, false, 'NAT64 and DNS64 discovery'],
  [[192, 0, 0, 171], 32, false, 'NAT64 and DNS64 discovery'],
  [[192, 0, 2], 24, false, 'documentation'],
  [[192, 31, 196], 24, true, 'AS112'],
  [[192, 52, 193], 24, true, 'AMT'],
  [[192, 88, 99], 24, undefined, '6to4 relay anycast, ended in 2015'],
  [[192, 88, 99, 2], 32, false, '6a44 relay anycast'],
  [[192, 168], 16, false, 'private use'],
  [[192, 175, 48], 24, true, 'AS112, direct delegation'],
  [[198, 18], 15, false, 'benchmarking'],
  [[198, 51, 100], 24, false, 'documentation'],
  [[203, 0, 113], 24, false, 'documentation'],
  [[240], 4, false, 'reserved'],
  [[255, 255, 255, 255], 32, false, 'limited broadcast'],
];

/** https://www.iana.org/assignments/ipv4-address-space: what it keeps from unicast and the registry above leaves out. */
const notUnicastIpv4: readonly RegisteredBlock[] = [[[224], 4, false, 'multicast']];

/** https://www.iana.org/assignments/iana-ipv6-special-registry, as of 2025-10-09. */
const specialPurposeIpv6: readonly RegisteredBlock[] = [
  [[0, 0, 0, 0, 0, 0, 0, 1], 128, false, 'loopback'],
  [[0, 0, 0, 0, 0, 0, 0, 0], 128, false, 'unspecified'],
  [[0, 0, 0, 0, 0, 0xffff], 96, false, 'IPv4-mapped'],
  [[0x64, 0xff9b], 96, true, 'IPv4 translation'],
  [[0x64, 0xff9b, 1], 48, false, 'IPv4 translation, local use'],
  [[0x100], 64, false, 'discard only'],
  [[0x100, 0, 0, 1], 64, false, 'dummy prefix'],
  [[0x2001], 23, false, 'IETF protocol assignments'],
  [[0x2001, 0], 32, undefined, 'Teredo'],
  [[0x2001, 1, 0, 0, 0, 0, 0, 1], 128, true, 'Port Control Protocol anycast'],
  [[0x2001, 1, 0, 0, 0, 0, 0, 2], 128, true, 'TURN anycast'],
  [[0x2001, 1, 0, 0, 0, 0, 0, 3], 128, true, 'DNS-SD service registration anycast'],
  [[0x2001, 2], 48, false, 'benchmarking'],
  [[0x2001, 3], 32, true, 'AMT'],
  [[0x2001, 4, 0x112], 48, true, 'AS112'],
  [[0x2001, 0x10], 28, undefined, 'ORCHID, ended in 2014'],
  [[0x2001, 0x20], 28, true, 'ORCHIDv2'],
  [[0x2001, 0x30], 28, true, 'drone remote identification'],
  [[0x2001, 0xdb8], 32, false, 'documentation'],
  [[0x2002], 16, undefined, '6to4'],
  [[0x2620, 0x4f, 0x8000], 48, true, 'AS112, direct delegation'],
  [[0x3fff], 20, false, 'documentation'],
  [[0x5f00], 16, false, 'segment routing'],
  [[0xfc00], 7, false, 'unique local'],
  [[0xfe80], 10, false, 'link local'],
];

/** https://www.iana.org/assignments/ipv6-address-space: all but 2000::/3, the one block that is given out. */
const notUnicastIpv6: readonly RegisteredBlock[] = [
  [[0], 8, false, 'reserved'],
  [[0x100], 8, false, 'reserved'],
  [[0x200], 7, false, 'reserved, once for NSAP'],
  [[0x400], 6, false, 'reserved'],
  [[0x800], 5, false, 'reserved'],
  [[0x1000], 4, false, 'reserved'],
  [[0x4000], 3, false, 'reserved'],
  [[0x6000], 3, false, 'reserved'],
  [[0x8000], 3, false, 'reserved'],
  [[0xa000], 3, false, 'reserved'],
  [[0xc000], 3, false, 'reserved'],
  [[0xe000], 4, false, 'reserved'],
  [[0xf000], 5, false, 'reserved'],
  [[0xf800], 6, false, 'reserved'],
  [[0xfe00], 9, false, 'reserved'],
  [[0xfec0], 10, false, 'reserved, once site local'],
  [[0xff00], 8, false, 'multicast'],
];

export const registeredIpv4: readonly RegisteredBlock[] = [...specialPurposeIpv4, ...notUnicastIpv4];
export const registeredIpv6: readonly RegisteredBlock[] = [...specialPurposeIpv6, ...notUnicastIpv6];
