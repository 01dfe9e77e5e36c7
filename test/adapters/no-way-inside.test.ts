import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeInNamespace, runWhereEveryAddressIsLocal } from '../support/any-address-namespace.ts';
import type { ProbePlan, ProbeReport } from '../support/any-address-probe.ts';
import type { Observation } from '../support/canary.ts';
import { namesOfNonPublicAddresses } from '../support/non-public-spellings.ts';

const publicIpv4 = '93.184.215.14';
/** Takes connections and says nothing. */
const silentIpv4 = '93.184.215.99';
const publicIpv6 = '2606:4700::1111';
const publicName = 'public.receivers.example.com';

/** By what a name answers to successive look-ups. */
const answersThatLeadInside: readonly (readonly [answer: string, rounds: readonly (readonly string[])[]])[] =
  [
    ['a private address', [['10.0.0.1']]],
    ['an address of this machine', [['127.0.0.1']]],
    ['the address that means any of this machine', [['0.0.0.0']]],
    ['the metadata address of a cloud', [['169.254.169.254']]],
    ['a private IPv6 address', [['fd00:ec2::254']]],
    ['the IPv6 address of this machine', [['::1']]],
    ['the unspecified IPv6 address', [['::']]],
    ['a private address that is mapped', [['::ffff:a00:1']]],
    ['an address of this machine behind NAT64', [['64:ff9b::7f00:1']]],
    ['an address of this machine behind 6to4', [['2002:7f00:1::']]],
    ['a public address and a private one', [[publicIpv4, '10.0.0.1']]],
    ['a private address and a public one', [['10.0.0.1', publicIpv4]]],
    ['a public IPv4 and a private IPv6 address', [[publicIpv4, 'fd00::1']]],
    ['a private IPv4 and a public IPv6 address', [['10.0.0.1', publicIpv6]]],
    ['another name, which has a private address', [['db.internal', '10.0.0.1']]],
    ['a chain of names that ends at this machine', [['a.example.com', 'localhost', '127.0.0.1']]],
    ['a silent public address and a private one', [[silentIpv4, '10.0.0.1']]],
    ['a silent public address and an IPv6 address of this machine', [[silentIpv4, '::1']]],
    [
      'three silent public addresses and a private one',
      [[silentIpv4, '93.184.215.98', '93.184.215.97', '10.0.0.1']],
    ],
    ['hundreds of addresses, the last of them private', [[...manyAddresses(300), '10.0.0.1']]],
  ];

const redirects = [301, 302, 303, 307, 308].flatMap((status) =>
  [
    'https://127.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    '//10.0.0.1/',
    'https://localhost/',
  ].map((location) => ({ status, location })),
);

const plan: ProbePlan = {
  zone: {
    [publicName]: [[publicIpv4]],
    'ipv6.receivers.example.com': [[publicIpv6]],
    'alias.receivers.example.com': [['cdn.example.net', publicIpv4]],
    'many.receivers.example.com': [manyAddresses(300)],
    'silent.receivers.example.com': [[silentIpv4, publicIpv6]],
    'none.receivers.example.com': [[]],
    'rebinding.receivers.example.com': [[publicIpv4], ['127.0.0.1']],
    ...Object.fromEntries(answersThatLeadInside.map(([_, rounds], index) => [nameOfAnswer(index), rounds])),
    ...Object.fromEntries(namesOfNonPublicAddresses.map(({ name, address }) => [name, [[address]]])),
  },
  calls: [
    { label: 'a literal', url: `https://${publicIpv4}/hook` },
    { label: 'an IPv6 literal', url: `https://[${publicIpv6}]:8443/hook` },
    { label: 'a name', url: `https://${publicName}/hook` },
    { label: 'a name with an IPv6 address', url: 'https://ipv6.receivers.example.com/hook' },
    { label: 'a name that is an alias', url: 'https://alias.receivers.example.com:8443/hook' },
    { label: 'many', url: 'https://many.receivers.example.com/' },
    { label: 'silent', url: 'https://silent.receivers.example.com/' },
    { label: 'none', url: 'https://none.receivers.example.com/' },
    { label: 'unknown', url: 'https://unknown.receivers.example.com/' },
    { label: 'rebinding', url: 'https://rebinding.receivers.example.com/', times: 3 },
    ...answersThatLeadInside.map(([label], index) => ({ label, url: `https://${nameOfAnswer(index)}/` })),
    ...namesOfNonPublicAddresses.map(({ name }) => ({ label: name, url: `https://${name}/` })),
    ...redirects.map((redirect) => ({
      label: labelOfRedirect(redirect),
      url: `https://${publicName}/?status=${redirect.status}&location=${encodeURIComponent(redirect.location)}`,
    })),
  ],
  fetched: `http://${publicName}/`,
};

const proxy = 'http://10.9.9.9:3128';
const proxyVariables = {
  NODE_USE_ENV_PROXY: '1',
  ...Object.fromEntries(
    ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
      [name, proxy],
      [name.toLowerCase(), proxy],
    ]),
  ),
  NO_PROXY: '',
  no_proxy: '',
};

describeInNamespace(
  'where every address is local (this needs Linux, iproute2 and leave to unshare the network)',
  () => {
    let report: ProbeReport;

    beforeAll(async () => {
      report = (await runWhereEveryAddressIsLocal('any-address-probe.ts', {
        input: plan,
        env: proxyVariables,
      })) as ProbeReport;
    }, 100_000);

    describe('what is public is reached, and the canary sees it', () => {
      test.each([
        ['a literal', `${publicIpv4} 443`],
        ['an IPv6 literal', `${publicIpv6} 8443`],
        ['a name', `${publicIpv4} 443`],
        ['a name with an IPv6 address', `${publicIpv6} 443`],
        ['a name that is an alias', `${publicIpv4} 8443`],
      ])('by %s', (label, connection) => {
        expect(resultOf(report.calls[label])).toEqual({
          outcomes: ['delivered 204'],
          connections: [connection],
        });
      });

      test('by one of hundreds of addresses', () => {
        expect(resultOf(report.calls['many'])).toEqual({
          outcomes: ['delivered 204'],
          connections: [`${publicIpv4} 443`],
        });
      });

      test('by the next address where the first is silent', () => {
        expect(resultOf(report.calls['silent'])).toEqual({
          outcomes: ['delivered 204'],
          connections: [`${silentIpv4} 443`, `${publicIpv6} 443`],
        });
      });

      test('and so is what is not public, by a socket that nobody guards', () => {
        const { outcomes, connections } = report.plainSockets;
        const reached = outcomes
          .filter(([_, outcome]) => outcome === 'connected')
          .map(([address]) => address);

        expect(connections).toHaveLength(reached.length);
        expect(reached).toEqual(
          expect.arrayContaining([
            '127.0.0.1',
            '10.0.0.1',
            '169.254.169.254',
            '192.168.1.1',
            '172.16.0.1',
            '100.64.0.1',
            '198.18.0.1',
            '0.0.0.0',
            '::',
            '::1',
            '::ffff:7f00:1',
            '64:ff9b::7f00:1',
            '2002:7f00:1::',
            'fc00::1',
            'fd00:ec2::254',
          ]),
        );
      });
    });

    describe('no spelling of a non-public address is connected to', () => {
      test('by the sender', () => {
        const { outcomes, connections } = report.sentSpellings;

        expect(connections).toEqual([]);
        expect(outcomes.length).toBeGreaterThan(2_000);
        expect(outcomes.filter(([_, outcome]) => outcome !== 'invalid-url')).toEqual([]);
      });

      test('by a pool over the guarded connector, when nobody has looked at the URL', () => {
        const { outcomes, connections } = report.pooledSpellings;
        const addresses = outcomes.filter(([origin]) => !/example\.com|\.\.$/.test(origin));

        expect(connections).toEqual([]);
        expect(addresses.length).toBeGreaterThan(300);
        expect(addresses.filter(([_, outcome]) => outcome !== 'CALLBACK_ADDRESS_FORBIDDEN')).toEqual([]);
      });

      test('by the guarded connector, when nobody has parsed the URL', () => {
        const { outcomes, connections } = report.connectedSpellings;
        const refusals = ['CALLBACK_ADDRESS_FORBIDDEN', 'CALLBACK_NAME_UNRESOLVED'];

        expect(connections).toEqual([]);
        expect(outcomes.length).toBeGreaterThan(1_000);
        expect(outcomes.filter(([_, outcome]) => !refusals.includes(outcome))).toEqual([]);
      });
    });

    describe('no answer of a name server leads inside', () => {
      test.each(answersThatLeadInside.map(([answer]) => answer))('not %s', (answer) => {
        expect(resultOf(report.calls[answer])).toEqual({ outcomes: ['address-forbidden'], connections: [] });
      });

      test('not by a name that spells an address', () => {
        const results = namesOfNonPublicAddresses.map(({ name }) => [name, resultOf(report.calls[name])]);
        const refused = { outcomes: ['address-forbidden'], connections: [] };
        expect(results).toEqual(namesOfNonPublicAddresses.map(({ name }) => [name, refused]));
      });

      test.each(['none', 'unknown'])('not a name without an address: %s', (label) => {
        expect(resultOf(report.calls[label])).toEqual({ outcomes: ['dns'], connections: [] });
      });

      test('not a name that turns to a private address between two calls', () => {
        expect(resultOf(report.calls['rebinding'])).toEqual({
          outcomes: ['delivered 204', 'address-forbidden', 'address-forbidden'],
          connections: [`${publicIpv4} 443`],
        });
      });
    });

    test.each(redirects)('a $status to $location is not followed', (redirect) => {
      expect(resultOf(report.calls[labelOfRedirect(redirect)])).toEqual({
        outcomes: [`status ${redirect.status}`],
        connections: [`${publicIpv4} 443`],
      });
    });

    test('a proxy of the environment gets to see nothing, though Node itself would use it', () => {
      const seen = Object.values(report.calls).flatMap(({ connections }) => connections);

      expect(report.fetched.connections).toEqual(['10.9.9.9 3128']);
      expect(seen.filter((connection) => connection.endsWith(' 3128'))).toEqual([]);
    });
  },
);

function resultOf(observation: Observation | undefined) {
  return observation && { ...observation, outcomes: observation.outcomes.map(([_, outcome]) => outcome) };
}

function nameOfAnswer(index: number): string {
  return `answer-${index}.receivers.example.com`;
}

function labelOfRedirect({ status, location }: (typeof redirects)[number]): string {
  return `${status} ${location}`;
}

/** Public ones, of which the first can be called. */
function manyAddresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? publicIpv4 : `93.185.${index >> 8}.${index & 255}`,
  );
}
