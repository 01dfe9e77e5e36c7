import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { refuseAddress } from '../../core/public-address.ts';

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

  test('an IPv4 address and its IPv6 forms are treated alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const number = numberOf(address);
        const hex = `::ffff:${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
        expect([refuseAddress(`::ffff:${address}`), refuseAddress(hex)]).toEqual([
          refuseAddress(address),
          refuseAddress(address),
        ]);
      }),
      { numRuns: 2_000 },
    );
  });
});

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
