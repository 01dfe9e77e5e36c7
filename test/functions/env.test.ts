import { describe, expect, test } from '@jest/globals';
import { delivererEnvSchema, readEnv, retryScheduleTextSchema } from '../../functions/env.ts';

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
};

describe('readEnv', () => {
  test('reads numbers, lists and flags from text, and nothing else from the environment', () => {
    expect(readEnv(delivererEnvSchema, { ...complete, HOME: '/root' })).toEqual({
      ...complete,
      RETENTION_DAYS: 30,
      CACHE_MS: 5_000,
      RETRY_SCHEDULE_SECONDS: [0, 5, 300],
      RETRY_HORIZON_SECONDS: 604_800,
      QUEUE_MARGIN_SECONDS: 60,
      CALLBACK_TIMEOUT_MS: 15_000,
      CLAIM_LEASE_MS: 60_000,
      ALLOW_PRIVATE_CALLBACKS: false,
      CALLBACK_PORTS: [443, 8443],
      OWN_HOSTS: ['iomnihub.example', 'api.iomnihub.example'],
      ACCOUNT_RATE_PER_SECOND: 500,
      HOST_RATE_PER_SECOND: 200,
    });
  });

  test('no hosts of our own are none', () => {
    expect(readEnv(delivererEnvSchema, { ...complete, OWN_HOSTS: '' }).OWN_HOSTS).toEqual([]);
  });

  test.each(['HTTPS_PROXY', 'http_proxy', 'ALL_PROXY', 'no_proxy', 'NODE_USE_ENV_PROXY'])(
    '%s ends the cold start: the guard would vet another address than the one that is connected to',
    (name) => {
      expect(() => readEnv(delivererEnvSchema, { ...complete, [name]: 'PLANTED' })).toThrow(
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
    expect(() => readEnv(delivererEnvSchema, { ...complete, [name]: value })).toThrow(
      new Error(`environment variables missing or invalid: ${name}`),
    );
  });

  test('an unreadable gap of the schedule is named without its value', () => {
    const read = () => readEnv(delivererEnvSchema, { ...complete, RETRY_SCHEDULE_SECONDS: '0,PLANTED' });

    expect(read).toThrow('RETRY_SCHEDULE_SECONDS');
    expect(read).not.toThrow('PLANTED');
  });

  test('names every variable', () => {
    expect(() => readEnv(delivererEnvSchema, { ...complete, TABLE_NAME: '', CLAIM_LEASE_MS: '' })).toThrow(
      new Error('environment variables missing or invalid: TABLE_NAME, CLAIM_LEASE_MS'),
    );
  });
});

test.each([
  ['0', [0]],
  ['0,5,300', [0, 5, 300]],
  ['0, 5', undefined],
  ['5', undefined],
  ['0,x', undefined],
  ['0,-5', undefined],
  ['0;5', undefined],
])('the retry schedule %j is %j', (text, seconds) => {
  expect(retryScheduleTextSchema.safeParse(text).data).toEqual(seconds);
});
