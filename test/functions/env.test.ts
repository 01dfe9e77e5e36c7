import { describe, expect, test } from '@jest/globals';
import { delivererEnv, readEnv } from '../../functions/env.ts';

const complete = {
  TABLE_NAME: 'webhooks',
  METRICS_NAMESPACE: 'webhooks',
  RETENTION_DAYS: '30',
  CACHE_MS: '5000',
  RETRY_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/retries',
  EXHAUSTED_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/exhausted',
  SECRETS_KEY_ID: 'key-1',
  RETRY_SCHEDULE_SECONDS: '0,5,300',
  RETRY_HORIZON_SECONDS: '604800',
  QUEUE_MARGIN_SECONDS: '60',
  CALLBACK_TIMEOUT_MS: '15000',
  CLAIM_LEASE_MS: '60000',
  ALLOW_PRIVATE_CALLBACKS: 'false',
  CALLBACK_PORTS: '443,8443',
  OWN_HOSTS: 'iomnihub.example,api.iomnihub.example',
  ACCOUNT_RATE_PER_SECOND: '500',
  HOST_RATE_PER_SECOND: '200',
  MAX_DELIVERERS: '100',
  DELIVERER_TIMEOUT_SECONDS: '45',
  BREAKER_FAILURES: '5',
  BREAKER_MIN_SECONDS: '60',
  BREAKER_MAX_SECONDS: '3600',
  DISABLE_AFTER_SECONDS: '432000',
  KEEP_DISABLED_SECONDS: '86400',
};

describe('readEnv', () => {
  test('reads numbers, lists and flags from text, and nothing else from the environment', () => {
    expect(readEnv(delivererEnv, { ...complete, HOME: '/root' })).toEqual({
      TABLE_NAME: complete.TABLE_NAME,
      METRICS_NAMESPACE: complete.METRICS_NAMESPACE,
      RETRY_QUEUE_URL: complete.RETRY_QUEUE_URL,
      EXHAUSTED_QUEUE_URL: complete.EXHAUSTED_QUEUE_URL,
      SECRETS_KEY_ID: complete.SECRETS_KEY_ID,
      settings: {
        retentionDays: 30,
        cacheMs: 5_000,
        retryScheduleSeconds: [0, 5, 300],
        retryHorizonSeconds: 604_800,
        queueMarginSeconds: 60,
        callbackTimeoutMs: 15_000,
        claimLeaseMs: 60_000,
        allowPrivateCallbacks: false,
        callbackPorts: [443, 8443],
        ownHosts: ['iomnihub.example', 'api.iomnihub.example'],
        accountRatePerSecond: 500,
        hostRatePerSecond: 200,
        maxDeliverers: 100,
        delivererTimeoutSeconds: 45,
        breakerFailures: 5,
        breakerMinSeconds: 60,
        breakerMaxSeconds: 3_600,
        disableAfterSeconds: 432_000,
        keepDisabledSeconds: 86_400,
      },
    });
  });

  test('no hosts of our own are none', () => {
    expect(readEnv(delivererEnv, { ...complete, OWN_HOSTS: '' }).settings.ownHosts).toEqual([]);
  });

  test.each(['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY', 'no_proxy', 'NODE_USE_ENV_PROXY'])(
    '%s ends the cold start: the guard would vet another address than the one that is connected to',
    (name) => {
      expect(() => readEnv(delivererEnv, { ...complete, [name]: 'PLANTED' })).toThrow(
        new Error(`environment variables must not be set: ${name}`),
      );
    },
  );

  test.each([
    ['TABLE_NAME', undefined],
    ['TABLE_NAME', ''],
    ['RETENTION_DAYS', '0'],
    ['RETENTION_DAYS', 'PLANTED'],
    ['RETRY_QUEUE_URL', 'PLANTED'],
    ['RETRY_SCHEDULE_SECONDS', '5,300'],
    ['CALLBACK_TIMEOUT_MS', '1.5'],
    ['CALLBACK_PORTS', '443,0'],
    ['CALLBACK_PORTS', ''],
    ['OWN_HOSTS', 'https://iomnihub.example'],
    // Anything but the two words would be a guess about what the guard should do.
    ['ALLOW_PRIVATE_CALLBACKS', 'False'],
    ['ALLOW_PRIVATE_CALLBACKS', undefined],
  ])('%s of %j ends the cold start with its name and without its value', (name, value) => {
    expect(() => readEnv(delivererEnv, { ...complete, [name]: value })).toThrow(
      new Error(`environment variables missing or invalid: ${name}`),
    );
  });

  test('an unreadable gap of the schedule is named without its value', () => {
    const read = () => readEnv(delivererEnv, { ...complete, RETRY_SCHEDULE_SECONDS: '0,PLANTED' });

    expect(read).toThrow('RETRY_SCHEDULE_SECONDS');
    expect(read).not.toThrow('PLANTED');
  });

  test('names every variable', () => {
    expect(() => readEnv(delivererEnv, { ...complete, TABLE_NAME: '', CLAIM_LEASE_MS: '' })).toThrow(
      new Error('environment variables missing or invalid: TABLE_NAME, CLAIM_LEASE_MS'),
    );
  });
});
