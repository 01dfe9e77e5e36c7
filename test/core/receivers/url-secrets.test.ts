import { expect, test } from '@jest/globals';
import { secretsOfUrl } from '../../../core/receivers/url-secrets.ts';

test.each([
  ['https://hooks.example.com/', []],
  ['https://hooks.example.com/hooks', []],
  ['https://hooks.example.com/hooks/catch/17/a8f3', ['/hooks/catch/17/a8f3']],
  ['https://hooks.example.com/in?token=s3cret-token&v=2', ['/in?token=s3cret-token&v=2', 's3cret-token']],
  [
    'https://hooks.example.com/T0123/0123456789abcdef?x=1',
    ['/T0123/0123456789abcdef?x=1', '/T0123/0123456789abcdef', '0123456789abcdef'],
  ],
])('of %s, %j are secret', (url, secrets) => {
  expect(secretsOfUrl(new URL(url))).toEqual(secrets);
});
