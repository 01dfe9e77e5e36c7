import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { defaultProvider } from '../../adapters/lambda-credentials.ts';

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const before = names.map((name) => [name, process.env[name]] as const);

beforeEach(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  process.env['AWS_SESSION_TOKEN'] = 'session';
});

afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test('the credentials are those that Lambda has put into the environment', async () => {
  expect(await defaultProvider()()).toMatchObject({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session',
  });
});

test('they are read once, however often they are asked for', async () => {
  const provide = defaultProvider();

  expect(await provide()).toBe(await provide());
});

test('without them, requests fail', async () => {
  delete process.env['AWS_ACCESS_KEY_ID'];

  await expect(defaultProvider()()).rejects.toThrow('Unable to find environment variable credentials');
});
