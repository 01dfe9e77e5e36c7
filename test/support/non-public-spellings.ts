/** A URL that leads inside, or that some parser could take for one that does. */
export interface NonPublicSpelling {
  /** What was done to the address, for the names of tests. */
  readonly form: string;
  readonly address: string;
  readonly url: string;
}

/** One of each kind; 224.0.0.1 and what follows it cannot be connected to, and must be refused all the same. */
const ipv4Addresses = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '169.254.169.254',
  '169.254.100.1',
  '192.168.1.1',
  '172.16.0.1',
  '172.31.255.254',
  '100.64.0.1',
  '0.0.0.0',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
].map((text) => text.split('.').map(Number));

/** In groups of 16 bits. */
const ipv6Addresses = [
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 1],
  [0x100, 0, 0, 0, 0, 0, 0, 1],
  [0x100, 0, 0, 1, 0, 0, 0, 1],
  [0x2001, 0x10, 0, 0, 0, 0, 0, 1],
  [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1],
  [0x3fff, 0, 0, 0, 0, 0, 0, 1],
  [0x4000, 0, 0, 0, 0, 0, 0, 1],
  [0x5f00, 0, 0, 0, 0, 0, 0, 1],
  [0xfc00, 0, 0, 0, 0, 0, 0, 1],
  [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254],
  [0xfe80, 0, 0, 0, 0, 0, 0, 1],
  [0xfec0, 0, 0, 0, 0, 0, 0, 1],
  [0xff02, 0, 0, 0, 0, 0, 0, 1],
];

export const nonPublicSpellings: readonly NonPublicSpelling[] = [
  ...ipv4Addresses.flatMap((octets) =>
    [
      ...Object.entries({ ...hostsOfIpv4(octets), ...ipv6HostsOf(octets) }).map(
        ([form, host]) => [form, `https://${host}/`] as const,
      ),
      ...Object.entries(disguisesOf(octets.join('.'))),
    ].map(([form, url]) => ({ form, address: octets.join('.'), url })),
  ),
  ...ipv6Addresses.flatMap((groups) =>
    [
      ...Object.entries(hostsOfIpv6(groups)).map(([form, host]) => [form, `https://${host}/`] as const),
      ...Object.entries(disguisesOf(`[${compressed(groups)}]`)),
    ].map(([form, url]) => ({ form, address: compressed(groups), url })),
  ),
];

/** Names as anybody can have them: their text is innocent, what they resolve to is not. */
export const namesOfNonPublicAddresses = ipv4Addresses.flatMap((octets) =>
  [octets.join('.'), octets.join('-'), octets.map((octet) => hex(octet, 2)).join('')].map((label) => ({
    name: `${label}.nip.example.com`,
    address: octets.join('.'),
  })),
);

/** All the ways in which inet_aton, browsers and careless parsers read one and the same address. */
function hostsOfIpv4(octets: readonly number[]): Record<string, string> {
  const dotted = octets.join('.');
  const number = numberOf(octets);
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const octal = octets.map((octet) => `0${octet.toString(8)}`);
  const hexadecimal = octets.map((octet) => `0x${hex(octet)}`);
  return {
    dotted,
    decimal: String(number),
    hexadecimal: `0x${hex(number)}`,
    'hexadecimal in capitals': `0X${hex(number).toUpperCase()}`,
    'hexadecimal with zeros in front': `0x00000000${hex(number, 8)}`,
    octal: `0${number.toString(8)}`,
    'octal parts': octal.join('.'),
    'octal parts with zeros in front': octal.map((part) => `0000${part}`).join('.'),
    'hexadecimal parts': hexadecimal.join('.'),
    'hexadecimal parts in capitals': hexadecimal.join('.').toUpperCase(),
    'mixed parts': [hexadecimal[0], octal[1], c, hexadecimal[3]].join('.'),
    'mixed short parts': [octal[0], hexadecimal[1], c * 256 + d].join('.'),
    'two parts': `${a}.${(b * 256 + c) * 256 + d}`,
    'two hexadecimal parts': `${hexadecimal[0]}.0x${hex((b * 256 + c) * 256 + d)}`,
    'three parts': `${a}.${b}.${c * 256 + d}`,
    'one bit too many': String(number + 2 ** 32),
    'a part too large': [a + 256, b, c, d].join('.'),
    'five parts': `${dotted}.0`,
    'a trailing dot': `${dotted}.`,
    'two trailing dots': `${dotted}..`,
    'decimal with a trailing dot': `${number}.`,
    'percent-encoded digits': percentEncoded(dotted),
    'percent-encoded dots': octets.join('%2e'),
    'percent-encoded twice': octets.join('%252e'),
    'full-width digits': fullWidth(dotted),
    'circled digits': dotted.replace(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
    'ideographic full stops': octets.join('\u3002'),
    'half-width full stops': octets.join('\uff61'),
    'a soft hyphen': dotted.replace('.', '\u00ad.'),
    'a zero-width space': dotted.replace('.', '\u200b.'),
    'a tab': dotted.replace('.', '\t.'),
    'a line feed': dotted.replace('.', '.\n'),
    'a carriage return': `${dotted}\r`,
    'a space': `${dotted} `,
    'a percent-encoded NUL': `${dotted}%00`,
    'square brackets': `[${dotted}]`,
  };
}

/** The address inside of one of IPv6, for whatever unpacks it on the way. */
function ipv6HostsOf(octets: readonly number[]): Record<string, string> {
  const dotted = octets.join('.');
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  const [high, low] = [a * 256 + b, c * 256 + d];
  const pair = `${hex(high)}:${hex(low)}`;
  return {
    'mapped, dotted': `[::ffff:${dotted}]`,
    'mapped, hexadecimal': `[::ffff:${pair}]`,
    'mapped, in capitals and in full': `[0000:0000:0000:0000:0000:FFFF:${hex(high, 4)}:${hex(low, 4)}]`,
    'mapped, in full and dotted': `[0:0:0:0:0:ffff:${dotted}]`,
    'mapped with a zone': `[::ffff:${dotted}%25lo]`,
    compatible: `[::${dotted}]`,
    translated: `[::ffff:0:${dotted}]`,
    NAT64: `[64:ff9b::${pair}]`,
    'NAT64, dotted': `[64:ff9b::${dotted}]`,
    'NAT64, local use': `[64:ff9b:1::${pair}]`,
    '6to4': `[2002:${pair}::]`,
    'Teredo server': `[2001:0:${pair}::]`,
    'Teredo client': `[2001:0:808:808:0:ffff:${hex(high ^ 0xffff)}:${hex(low ^ 0xffff)}]`,
    ISATAP: `[fe80::5efe:${pair}]`,
  };
}

function hostsOfIpv6(groups: readonly number[]): Record<string, string> {
  const [high = 0, low = 0] = groups.slice(6);
  const tail = [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const full = groups.map((group) => hex(group, 4)).join(':');
  return {
    compressed: `[${compressed(groups)}]`,
    'in capitals': `[${compressed(groups).toUpperCase()}]`,
    uncompressed: `[${groups.map((group) => hex(group)).join(':')}]`,
    'in full': `[${full}]`,
    'in full and in capitals': `[${full.toUpperCase()}]`,
    'with a dotted end': `[${groups
      .slice(0, 6)
      .map((group) => hex(group))
      .join(':')}:${tail}]`,
    'with a zone': `[${compressed(groups)}%25eth0]`,
    'with a bare zone': `[${compressed(groups)}%eth0]`,
    'percent-encoded': `[${percentEncoded(full)}]`,
    'without brackets': full,
    'with a trailing dot': `[${compressed(groups)}].`,
    'full-width': `[${fullWidth(full)}]`,
  };
}

/** The address in plain spelling, in a URL whose parts are not what they seem. */
function disguisesOf(host: string): Record<string, string> {
  return {
    'upper-case scheme': `HTTPS://${host}/`,
    'plain http': `http://${host}/`,
    'http on the port of https': `http://${host}:443/`,
    'an explicit port': `https://${host}:443/`,
    'the other port': `https://${host}:8443/`,
    'a port with zeros in front': `https://${host}:000443/`,
    'an empty port': `https://${host}:/`,
    'port 80': `https://${host}:80/`,
    'no slashes': `https:${host}/`,
    'one slash': `https:/${host}/`,
    'four slashes': `https:////${host}/`,
    backslashes: `https:\\\\${host}\\`,
    'mixed slashes': `https:/\\${host}/`,
    'a public user': `https://example.com@${host}/`,
    'a public user and password': `https://example.com:443@${host}/`,
    'an empty user': `https://@${host}/`,
    'an encoded user': `https://example.com%2f@${host}/`,
    'two users': `https://example.com@example.com@${host}/`,
    'the user of a public host': `https://${host}@example.com/`,
    'a public host in the fragment': `https://${host}#@example.com/`,
    'a fragment of a public host': `https://example.com#@${host}/`,
    'a public host behind a backslash': `https://${host}\\@example.com/`,
    'a public host in the path': `https://${host}/@example.com/`,
    'a public host in the query': `https://${host}?@example.com/`,
    'a space in front': ` https://${host}/`,
    'a tab in the scheme': `ht\ttps://${host}/`,
    'a line feed in the slashes': `https:/\n/${host}/`,
    'a NUL in front': `\0https://${host}/`,
    'no scheme': `//${host}/`,
    'no scheme and no slashes': `${host}/`,
    'a wrapped scheme': `blob:https://${host}/`,
    websocket: `wss://${host}/`,
    ftp: `ftp://${host}/`,
  };
}

function numberOf(octets: readonly number[]): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function hex(number: number, digits = 1): string {
  return number.toString(16).padStart(digits, '0');
}

/** With `::` in place of the first zeros. */
function compressed(groups: readonly number[]): string {
  const text = groups.map((group) => hex(group)).join(':');
  return text.replace(/(^|:)0(:0)+(:|$)/, '::');
}

function percentEncoded(text: string): string {
  return text.replace(/./g, (character) => `%${hex(character.charCodeAt(0), 2)}`);
}

/** For printable ASCII. */
function fullWidth(text: string): string {
  return text.replace(/./g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}
