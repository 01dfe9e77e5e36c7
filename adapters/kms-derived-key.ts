import { GenerateMacCommand, type KMSClient } from '@aws-sdk/client-kms';

/**
 * Derives a key for one purpose from KMS' HMAC key. It is the same in every sandbox, is stored nowhere and is
 * requested once. After a failure, the next call requests it again.
 */
export function deriveKey(kms: KMSClient, keyId: string, purpose: string): () => Promise<Uint8Array> {
  let derived: Promise<Uint8Array> | undefined;

  async function ask(): Promise<Uint8Array> {
    const { Mac } = await kms.send(
      new GenerateMacCommand({ KeyId: keyId, MacAlgorithm: 'HMAC_SHA_256', Message: Buffer.from(purpose) }),
    );
    if (!Mac) throw new Error('KMS answered without a MAC');
    return Mac;
  }

  return async () => {
    derived ??= ask();
    try {
      return await derived;
    } catch (error) {
      derived = undefined;
      throw error;
    }
  };
}
