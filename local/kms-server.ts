import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { AwsError, type LocalServer, serveAwsJson } from './http-server.ts';

const ivBytes = 12;
const tagBytes = 16;
const contextSchema = z.record(z.string(), z.string()).default({});
const generateDataKeySchema = z.object({
  KeyId: z.string(),
  KeySpec: z.literal('AES_256'),
  EncryptionContext: contextSchema,
});
const generateMacSchema = z.object({
  KeyId: z.string(),
  Message: z.base64(),
  MacAlgorithm: z.literal('HMAC_SHA_256'),
});
const decryptSchema = z.object({ CiphertextBlob: z.base64(), EncryptionContext: contextSchema });

/** The KMS operations that the functions need, over KMS' wire protocol, with one local 32-byte key. */
export function startKms(rootKey: Buffer): Promise<LocalServer> {
  return serveAwsJson({
    GenerateDataKey(input) {
      const { KeyId, EncryptionContext } = read(generateDataKeySchema, input);
      const dataKey = randomBytes(32);
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', rootKey, iv).setAAD(boundTo(EncryptionContext));
      const wrapped = Buffer.concat([iv, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
      return { KeyId, Plaintext: dataKey.toString('base64'), CiphertextBlob: wrapped.toString('base64') };
    },

    GenerateMac(input) {
      const { KeyId, Message, MacAlgorithm } = read(generateMacSchema, input);
      const mac = createHmac('sha256', rootKey).update(`${KeyId} `).update(Buffer.from(Message, 'base64'));
      return { KeyId, MacAlgorithm, Mac: mac.digest('base64') };
    },

    Decrypt(input) {
      const { CiphertextBlob, EncryptionContext } = read(decryptSchema, input);
      const wrapped = Buffer.from(CiphertextBlob, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', rootKey, wrapped.subarray(0, ivBytes), {
          authTagLength: tagBytes,
        })
          .setAAD(boundTo(EncryptionContext))
          .setAuthTag(wrapped.subarray(-tagBytes));
        const dataKey = Buffer.concat([
          decipher.update(wrapped.subarray(ivBytes, -tagBytes)),
          decipher.final(),
        ]);
        return { KeyId: 'local', Plaintext: dataKey.toString('base64') };
      } catch {
        throw new AwsError(
          'InvalidCiphertextException',
          'the ciphertext was not made with this key and context',
        );
      }
    },
  });
}

/** As in KMS, the order of the context does not matter. */
function boundTo(context: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => a.localeCompare(b))));
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  return parsed.data;
}
