import { describe, expect, test } from '@jest/globals';
import { createStacks } from '../../lib/stacks.ts';
import { createApp } from './cdk-app.ts';

describe('a stage setting that does not fit is refused by name, with what fits:', () => {
  const schedule =
    'retryScheduleSeconds: must be seconds such as 0,5,300: 0 first, then gaps of up to 7 days, of which at most 10';
  const origins = 'corsOrigins: must be origins as browsers send them, such as https://app.iomnihub.example';
  const timeout = 'callbackTimeoutMs: must be a whole number of milliseconds from 1000 to 20000';
  test.each([
    ['a stage name with capitals', { stage: 'Prod' }, 'stage: must be 1 to 16 lower-case letters and digits'],
    ['a stage name that is too long', { stage: 'a'.repeat(17) }, 'stage: must be 1 to 16 lower-case letters'],
    ['an empty stage name', { stage: '' }, 'stage: must be 1 to 16 lower-case letters and digits'],
    ['a schedule with eleven short gaps', { retryScheduleSeconds: `0${',900'.repeat(11)}` }, schedule],
    ['a schedule that does not start with 0', { retryScheduleSeconds: '5,300' }, schedule],
    ['a schedule that is not made of numbers', { retryScheduleSeconds: '0,5s' }, schedule],
    ['a schedule with nothing after a comma', { retryScheduleSeconds: '0,5,' }, schedule],
    ['an empty schedule', { retryScheduleSeconds: '' }, schedule],
    ['a callback timeout that is too short', { callbackTimeoutMs: '999' }, timeout],
    ['a callback timeout that is too long', { callbackTimeoutMs: '20001' }, timeout],
    ['a callback timeout that is not a number', { callbackTimeoutMs: '15s' }, timeout],
    [
      'an unknown word for yes',
      { allowPrivateCallbacks: 'yes' },
      'allowPrivateCallbacks: must be true or false',
    ],
    [
      'private callbacks in production',
      { allowPrivateCallbacks: 'true', stage: 'prod' },
      'allowPrivateCallbacks: must not be set for stage=prod',
    ],
    [
      'a publisher that is not an ARN',
      { publisherPrincipalArn: 'helpdesk' },
      'publisherPrincipalArn: must be the ARN of an IAM principal',
    ],
    ['a port that there is not', { callbackPorts: '443,0' }, 'callbackPorts: must be ports such as 443,8443'],
    [
      'a URL for a host of ours',
      { ownHosts: 'https://iomnihub.example' },
      'ownHosts: must be host names in lower case',
    ],
    [
      'an unknown word for verification',
      { receiverVerification: 'on' },
      'receiverVerification: must be off or required',
    ],
    [
      'a rate of nothing',
      { hostRatePerSecond: '0' },
      'hostRatePerSecond: must be a whole number of calls from 1',
    ],
    ['any origin', { corsOrigins: '*' }, origins],
    ['any origin below a domain', { corsOrigins: 'https://*.iomnihub.example' }, origins],
    ['any origin with https', { corsOrigins: 'https://*' }, origins],
    ['an origin with a slash at its end', { corsOrigins: 'https://app.iomnihub.example/' }, origins],
    ['an origin with a path', { corsOrigins: 'https://app.iomnihub.example/portal' }, origins],
    ['an origin in capitals', { corsOrigins: 'https://App.iomnihub.example' }, origins],
    [
      'an origin with the port that is the default',
      { corsOrigins: 'https://app.iomnihub.example:443' },
      origins,
    ],
    ['an origin with credentials', { corsOrigins: 'https://me@app.iomnihub.example' }, origins],
    ['an origin without its scheme', { corsOrigins: 'app.iomnihub.example' }, origins],
    ['an origin of another scheme', { corsOrigins: 'ftp://app.iomnihub.example' }, origins],
    ['the origin of a file', { corsOrigins: 'null' }, origins],
    ['plain http to another host', { corsOrigins: 'http://app.iomnihub.example' }, origins],
    ['one good origin and a bad one', { corsOrigins: 'https://app.iomnihub.example,https://*' }, origins],
    ['origins with nothing after a comma', { corsOrigins: 'https://app.iomnihub.example,' }, origins],
    ['origins with a space', { corsOrigins: 'https://app.iomnihub.example, https://crm.example' }, origins],
    [
      'no retry horizon',
      { retryHorizonSeconds: '0' },
      'retryHorizonSeconds: must be a whole number of seconds',
    ],
    [
      'a horizon beyond seven days',
      { retryHorizonSeconds: '604801' },
      'retryHorizonSeconds: must be a whole number of seconds from 1 to 604800',
    ],
    [
      'a retention below the horizon',
      { retentionDays: '7' },
      'retentionDays: must be a whole number of days from 21',
    ],
  ])('%s', (_, context, message) => {
    expect(() => createStacks(createApp(context))).toThrow(`  -c ${message}`);
  });

  test('a setting that does not exist, with those that do', () => {
    expect(() => createStacks(createApp({ retryScheduleSecond: '0' }))).toThrow(
      /-c retryScheduleSecond: no such setting; the settings are stage, .*retryScheduleSeconds/,
    );
  });

  test('all of them at once', () => {
    const refused = () => createStacks(createApp({ stage: 'Prod', callbackTimeoutMs: '1' }));
    expect(refused).toThrow(/-c stage: .*\n {2}-c callbackTimeoutMs: /);
  });

  test.each([
    ['private callbacks outside production', { allowPrivateCallbacks: 'true' }],
    ['a denial of private callbacks in production', { allowPrivateCallbacks: 'false', stage: 'prod' }],
    ['no origin', { corsOrigins: '' }],
    [
      'origins with and without a port',
      { corsOrigins: 'https://app.iomnihub.example,https://crm.example:8443' },
    ],
    ['pages on this machine', { corsOrigins: 'http://localhost:5173,http://127.0.0.1:5173' }],
    ['a horizon of seven days', { retryHorizonSeconds: '604800' }],
    ['ten short gaps', { retryScheduleSeconds: `0${',900'.repeat(10)}` }],
  ])('while these fit: %s', (_, context) => {
    expect(() => createStacks(createApp(context))).not.toThrow();
  });
});
