import { BlockList, isIP } from 'node:net';

/** Why an address may not be called: a log field and a metric. */
export type AddressRefusal =
  | 'not-an-address'
  | 'this-network'
  | 'private-network'
  | 'shared-address-space'
  | 'loopback'
  | 'link-local'
  | 'protocol-assignment'
  | 'documentation'
  | 'relay-anycast'
  | 'benchmarking'
  | 'multicast'
  | 'reserved'
  | 'not-global-unicast';

/** https://www.iana.org/assignments/iana-ipv4-special-registry */
const refusedIpv4: readonly (readonly [network: string, prefix: number, refusal: AddressRefusal])[] = [
  ['0.0.0.0', 8, 'this-network'],
  ['10.0.0.0', 8, 'private-network'],
  ['100.64.0.0', 10, 'shared-address-space'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private-network'],
  ['192.0.0.0', 24, 'protocol-assignment'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'relay-anycast'],
  ['192.168.0.0', 16, 'private-network'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

/** https://www.iana.org/assignments/iana-ipv6-special-registry, limited to the one block that is global unicast. */
const refusedIpv6: typeof refusedIpv4 = [
  ['2001::', 23, 'protocol-assignment'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, 'relay-anycast'],
  ['3fff::', 20, 'documentation'],
];

const ipv4Rules = refusedIpv4.map((rule) => ({ list: listOf(rule, 'ipv4'), refusal: rule[2] }));
const ipv6Rules = refusedIpv6.map((rule) => ({ list: listOf(rule, 'ipv6'), refusal: rule[2] }));
const globalUnicast = listOf(['2000::', 3, 'reserved'], 'ipv6');
const ipv4Mapped = listOf(['::ffff:0:0', 96, 'reserved'], 'ipv6');

/**
 * Returns undefined for a public address, and otherwise why it is refused. An address that is not known to be public
 * is refused; in IPv6 that is everything outside 2000::/3. An IPv4-mapped IPv6 address follows the IPv4 rules.
 */
export function refuseAddress(address: string): AddressRefusal | undefined {
  const version = isIP(address);
  // isIP accepts zone identifiers; BlockList does not.
  if (version === 0 || address.includes('%')) return 'not-an-address';
  if (version === 4) return ipv4Rules.find(({ list }) => list.check(address, 'ipv4'))?.refusal;
  // BlockList checks a mapped address against IPv4 rules only.
  if (ipv4Mapped.check(address, 'ipv6'))
    return ipv4Rules.find(({ list }) => list.check(address, 'ipv6'))?.refusal;
  if (!globalUnicast.check(address, 'ipv6')) return 'not-global-unicast';
  return ipv6Rules.find(({ list }) => list.check(address, 'ipv6'))?.refusal;
}

/** A name may have thousands of addresses, and one call must not knock at each. */
const maxAddresses = 3;

/**
 * The addresses of a name in the order in which to try them, without repetitions: by turns of each family, beginning
 * with that of the first, because it is a whole family that mostly fails (RFC 8305, 4).
 */
export function addressesToTry(addresses: readonly string[]): string[] {
  const unique = [...new Set(addresses)];
  const isFirstFamily = (address: string) => isIP(address) === isIP(unique[0] ?? '');
  const first = unique.filter(isFirstFamily);
  const second = unique.filter((address) => !isFirstFamily(address));
  return first
    .slice(0, maxAddresses)
    .flatMap((address, place) => [address, ...second.slice(place, place + 1)])
    .concat(second.slice(first.length))
    .slice(0, maxAddresses);
}

/** Returns the address if the host of a URL is an IP address. An IPv6 address is in brackets there. */
export function addressInHost(hostname: string): string | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) ? address : undefined;
}

function listOf([network, prefix]: (typeof refusedIpv4)[number], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list;
}
