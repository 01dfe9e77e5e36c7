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
  ['https://hooks.example.com/abcdef', []],
  ['https://hooks.example.com/abcdefg', ['/abcdefg']],
  ['https://hooks.example.com/abc?d=1', ['/abc?d=1']],
  ['https://hooks.example.com/a/0123456789abcde', ['/a/0123456789abcde']],
  ['https://hooks.example.com/a/0123456789abcdef', ['/a/0123456789abcdef', '0123456789abcdef']],
  ['https://hooks.example.com/?k=1234567', ['/?k=1234567']],
  ['https://hooks.example.com/?k=12345678', ['/?k=12345678', '12345678']],
  ['https://hooks.example.com/?k=a%20b%20c%20d', ['/?k=a%20b%20c%20d']],
  ['https://hooks.example.com/?k=a%20b%20c%20de', ['/?k=a%20b%20c%20de', 'a b c de']],
])('of %s, %j are secret', (url, secrets) => {
  expect(secretsOfUrl(new URL(url))).toEqual(secrets);
});
