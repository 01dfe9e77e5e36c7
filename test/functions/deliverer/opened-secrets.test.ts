import { expect, test } from '@jest/globals';
import { formatSecret } from '../../../core/deliveries/signature.ts';
import type { SecretCipher } from '../../../core/secret-cipher.ts';
import { createSecretsOpener } from '../../../functions/deliverer/opened-secrets.ts';
import { subscription } from '../../support/builders.ts';

const now = new Date('2026-11-26T12:00:00.000Z');
const secret = formatSecret(Buffer.alloc(32, 7));
const createdAt = '2026-11-01T00:00:00.000Z';

/** A cipher that counts what it opens, and fails as often as it is told to. */
function createCipher(failures = 0) {
  const opened: string[] = [];
  let left = failures;
  const cipher: SecretCipher = {
    seal: async (text) => text,
    async open(sealed, context) {
      opened.push(`${sealed} for ${JSON.stringify(context)}`);
      if (left > 0) {
        left -= 1;
        throw new Error('KMS does not answer');
      }
      return sealed.startsWith('headers') ? '{"x-key":"1"}' : secret;
    },
  };
  return { cipher, opened };
}

const read = () =>
  subscription({
    secrets: [{ sealed: 'secret', createdAt }],
    headers: { names: ['x-key'], sealed: 'headers' },
  });

test('the secrets of a subscription are opened once for each time that it is read', async () => {
  const { cipher, opened } = createCipher();
  const openSecrets = createSecretsOpener(cipher);
  const one = read();

  const [first, second] = [await openSecrets(one, now), await openSecrets({ ...one }, now)];

  expect(opened).toHaveLength(2);
  expect(second.keys[0]).toBe(first.keys[0]);
  expect(first.keys[0]?.export()).toEqual(Buffer.alloc(32, 7));
  expect(second.headers).toEqual({ 'x-key': '1' });
  await openSecrets(read(), now);
  expect(opened).toHaveLength(4);
});

test('a secret signs no longer once it has expired, although it is open', async () => {
  const openSecrets = createSecretsOpener(createCipher().cipher);
  const expiresAt = new Date(now.getTime() + 1_000).toISOString();
  const rotated = subscription({ secrets: [{ sealed: 'secret', createdAt, expiresAt }] });

  expect((await openSecrets(rotated, now)).keys).toHaveLength(1);
  expect((await openSecrets(rotated, new Date(expiresAt))).keys).toEqual([]);
});

test('a fault of ours is not kept', async () => {
  const openSecrets = createSecretsOpener(createCipher(1).cipher);
  const one = read();

  await expect(openSecrets(one, now)).rejects.toThrow('KMS does not answer');
  expect((await openSecrets(one, now)).keys).toHaveLength(1);
});

test('an open key shows nothing of itself in a log', async () => {
  const { keys } = await createSecretsOpener(createCipher().cipher)(read(), now);

  expect(JSON.stringify(keys)).toBe('[{}]');
});
