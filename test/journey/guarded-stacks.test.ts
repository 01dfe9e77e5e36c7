import { beforeAll, expect, test } from '@jest/globals';
import { describeInNamespace, runWhereEveryAddressIsLocal } from '../support/any-address-namespace.ts';
import type { GuardedStacksReport } from '../support/guarded-stacks-probe.ts';

describeInNamespace('the deployed template, where every address is local', () => {
  let report: GuardedStacksReport;
  beforeAll(async () => {
    report = (await runWhereEveryAddressIsLocal('guarded-stacks-probe.ts', {
      input: null,
    })) as GuardedStacksReport;
  }, 100_000);

  test('registers a name with a public address, and nothing that leads inside', () => {
    const [turning, ...others] = report.registrations.outcomes;

    expect(turning).toEqual(['turning.example.com', 'registered']);
    expect(others.filter(([, outcome]) => !outcome.startsWith('refused: '))).toEqual([]);
    expect(others.length).toBeGreaterThan(25);
  });

  test('says the same of every name that it does not take', () => {
    const names = report.registrations.outcomes.filter(([url]) =>
      /(inside|mixed|unknown)\.example/.test(url),
    );

    expect(names.map(([, outcome]) => outcome)).toEqual(names.map(() => 'refused: destination not allowed'));
    expect(names).toHaveLength(3);
  });

  test('connects to nobody for a registration', () => {
    expect(report.registrations.connections).toEqual([]);
  });

  test('calls the public address, and no other once the name has turned inwards', () => {
    const [first, ...later] = report.deliveries;

    // That one is seen, which shows that others would be.
    expect(first?.connections).toEqual(['93.184.215.14 443', '93.184.215.14 443']);
    expect(later.flatMap(({ connections }) => connections)).toEqual([]);
  });

  test('tells the owner the address, and does not disable the subscription for a while of refusals', () => {
    expect(report.deliveries.map(({ outcomes }) => outcomes[0]?.[1])).toEqual([
      'enabled',
      ...Array.from({ length: 3 }, () => 'enabled 10.0.0.7 private-network'),
    ]);
  });
});
