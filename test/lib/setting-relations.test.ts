import { beforeAll, describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import { standardRetryScheduleSeconds } from '../../core/deliveries/retry-policy.ts';
import { maxTurnWaitMs } from '../../core/rate-limit.ts';
import { deriveSettings } from '../../core/settings/derived-settings.ts';
import type { SettingName } from '../../core/settings/setting-variables.ts';
import { defaultSettings } from '../../core/settings/stage-settings.ts';
import { maxTimeoutMs } from '../../core/subscriptions/subscription.ts';
import { apiEnv, delivererEnv, type FunctionEnv, readEnv, sweeperEnv } from '../../functions/env.ts';
import { type Context, synthesize, type Template } from './synthesized-template.ts';

/** What has to hold between the times of a stage, in the template that is deployed, for the settings at their ends. */

const stages: readonly (readonly [name: string, context: Context])[] = [
  ['the defaults', {}],
  ['the shortest calls', { callbackTimeoutMs: '1000', cacheMs: '100', dispatcherTimeoutSeconds: '2' }],
  ['the longest calls', { callbackTimeoutMs: '20000', dispatcherTimeoutSeconds: '120' }],
  ['a deadline that is no whole second', { callbackTimeoutMs: '1001' }],
  ['the lowest rates', { accountRatePerSecond: '1', hostRatePerSecond: '1', maxDeliverers: '2' }],
];

describe.each(stages)('with %s', (_, context) => {
  let template: Template;
  beforeAll(async () => {
    template = await synthesize(context);
  });

  const functionNamed = (name: string) => {
    const found = template.of('AWS::Lambda::Function').find(({ ref }) => ref.startsWith(`${name}Function`));
    if (!found) throw new Error(`there is no function ${name}`);
    return found;
  };
  /** A function reads its settings as it does where it is deployed; what names a resource is not of interest. */
  function settingsOf<Name extends SettingName>(name: string, env: { settings: readonly Name[] }) {
    const { Variables } = functionNamed(name).properties.Environment;
    const own: FunctionEnv<z.ZodRawShape, SettingName> = { resources: {}, settings: env.settings };
    return readEnv(own, Variables).settings as unknown as Record<Name, number>;
  }
  const timeoutMsOf = (name: string) => functionNamed(name).properties.Timeout * 1_000;
  const deliverer = () => settingsOf('Delivery.Deliverer', delivererEnv);
  const sweeper = () => settingsOf('Delivery.SweepingSweeper', sweeperEnv);

  test('a batch of the deliverer has time for a call at the longest deadline that an owner may set, and for its writes', () => {
    const longestCallMs = maxTimeoutMs(deliverer().callbackTimeoutMs);

    expect(timeoutMsOf('Delivery.Deliverer')).toBeGreaterThanOrEqual(2 * longestCallMs);
  });

  test('who writes events has been stopped for half a minute when their list counts as settled', () => {
    const settledMs = settingsOf('Api.Api', apiEnv).eventsSettleSeconds * 1_000;

    expect(settledMs - timeoutMsOf('Delivery.Dispatcher')).toBeGreaterThanOrEqual(30_000);
    expect(settledMs - timeoutMsOf('Api.Api')).toBeGreaterThanOrEqual(30_000);
  });

  test('a claim outlives the deliverer that made it', () => {
    expect(deliverer().claimLeaseMs).toBeGreaterThan(timeoutMsOf('Delivery.Deliverer'));
  });

  test('the sweeper leaves a message of a retry alone for as long as a claim holds', () => {
    expect(deliverer().queueMarginSeconds * 1_000).toBeGreaterThanOrEqual(deliverer().claimLeaseMs);
  });

  test('a message of the sweeper has the time of several batches that are received before it', () => {
    // Messages that are spread come late as well, by up to a quarter of the lease.
    const { sweepLeaseMs, sweepSpreadSeconds } = sweeper();

    const withoutSpreadMs = sweepLeaseMs - sweepSpreadSeconds * 1_000;
    expect(withoutSpreadMs).toBeGreaterThanOrEqual(15 * deliverer().callbackTimeoutMs);
    expect(withoutSpreadMs).toBeGreaterThan(3 * timeoutMsOf('Delivery.Deliverer'));
    expect(sweepSpreadSeconds * 1_000).toBeLessThanOrEqual(sweepLeaseMs / 4);
    expect(sweepSpreadSeconds).toBeLessThan(60);
  });

  test('a sweep ends before the next one begins', () => {
    expect(timeoutMsOf('Delivery.SweepingSweeper')).toBeLessThan(60_000);
  });

  test('a message stays hidden for six times the timeout of its consumer, and is tried for six hours', () => {
    const mappings = template.of('AWS::Lambda::EventSourceMapping');
    const drained = mappings.map(({ properties }) => ({
      queue: template.get('AWS::SQS::Queue', properties.EventSourceArn).properties,
      consumer: template.get('AWS::Lambda::Function', properties.FunctionName).properties,
    }));

    expect(drained.length).toBeGreaterThan(2);
    for (const { queue, consumer } of drained) {
      const { VisibilityTimeout = 0, RedrivePolicy } = queue;
      const receives = RedrivePolicy?.maxReceiveCount ?? 0;
      expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * consumer.Timeout);
      expect(receives).toBeLessThanOrEqual(1_000);
      expect(receives * VisibilityTimeout).toBeGreaterThanOrEqual(6 * 3_600);
      expect(receives * VisibilityTimeout).toBeLessThan(6 * 3_600 + VisibilityTimeout);
    }
  });

  test('whatever an API request is answered from is as old as the deliverer believes it to be', () => {
    expect(settingsOf('Api.Api', apiEnv).cacheMs).toBe(deliverer().cacheMs);
    expect(settingsOf('Api.Api', apiEnv).queueMarginSeconds).toBe(deliverer().queueMarginSeconds);
    expect(settingsOf('Api.Api', apiEnv).callbackTimeoutMs).toBe(deliverer().callbackTimeoutMs);
  });
});

describe('by default', () => {
  const day = 24 * 3_600;
  const settings = deriveSettings(defaultSettings);
  const scheduleSeconds = settings.retryScheduleSeconds.reduce((sum, gap) => sum + gap, 0);

  test('the schedule is the example of Standard Webhooks: ten attempts over 75 h 35 min', () => {
    expect(settings.retryScheduleSeconds).toEqual([0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
    expect(settings.retryScheduleSeconds).toBe(standardRetryScheduleSeconds);
    expect(scheduleSeconds).toBe(3 * day + 3 * 3_600 + 35 * 60 + 5);
  });

  test('the horizon lasts for the longest that jitter can make of the schedule, as far as seven days reach', () => {
    expect(settings.retryHorizonSeconds).toBe(7 * day);
    expect(settings.retryHorizonSeconds).toBeGreaterThanOrEqual(2 * scheduleSeconds);
  });

  test('what was sent can be looked up after the longest horizon and the 14 days of a dead letter', () => {
    expect(settings.retentionDays).toBe(30);
    expect(settings.retentionDays * day).toBeGreaterThan(settings.retryHorizonSeconds + 14 * day);
  });

  test.each<[name: keyof typeof settings, value: number, reason: string]>([
    ['callbackTimeoutMs', 15_000, 'docs/receiving.md promises it to receivers'],
    ['cacheMs', 5_000, 'docs/receiving.md promises that changes take effect within five seconds'],
    [
      'dispatcherTimeoutSeconds',
      30,
      'a crashed dispatcher’s work is done again after six times this, in three minutes',
    ],
    [
      'maxDeliverers',
      100,
      'with two queues, 200 invocations: a fifth of the 1,000 that AWS lets an account have',
    ],
    ['accountRatePerSecond', 500, 'docs/adr/0004-limits.md'],
    ['hostRatePerSecond', 200, 'docs/adr/0004-limits.md'],
    ['delivererTimeoutSeconds', 45, 'three calls that use up their whole time'],
    ['claimLeaseMs', 60_000, 'longer than the deliverer’s timeout'],
    ['queueMarginSeconds', 60, 'as long as a claim'],
    ['sweepLeaseMs', 300_000, 'twenty calls that use up their whole time'],
    ['sweepSpreadSeconds', 55, 'the minute until the next sweep'],
  ])('%s is %i: %s', (name, value, _reason) => {
    expect(settings[name]).toBe(value);
  });

  test('a turn is no further ahead than a message can be delayed', () => {
    expect(maxTurnWaitMs).toBe(900_000);
  });

  test('no callback reaches a private address, and no receiver has to consent', () => {
    expect(settings).toMatchObject({
      allowPrivateCallbacks: false,
      receiverVerification: 'off',
      callbackPorts: [443, 8443],
      ownHosts: [],
      corsOrigins: [],
    });
  });
});
