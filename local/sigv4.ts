import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { GatewayEvent } from './gateway-event.ts';
import { awsAccount, region } from './intrinsics.ts';

/** The credentials of the only operator on this machine. They are not secret. */
export const operatorCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export const operatorArn = `arn:aws:iam::${awsAccount}:user/${operatorCredentials.accessKeyId}`;

const maxClockSkewMs = 5 * 60_000;

/** False if the headers hold no signature of the operator, good or bad. */
export function claimsOperator(headers: GatewayEvent['headers']): boolean {
  return readSignature(headers) !== undefined;
}

/**
 * Checks AWS Signature Version 4 by signing the request again.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function isSignedByOperator(event: GatewayEvent, body: Buffer): Promise<boolean> {
  const given = readSignature(event.headers);
  if (!given || Math.abs(Date.now() - given.signedAt.getTime()) > maxClockSkewMs) return false;

  const { signedHeaders, signedAt } = given;
  // The signer believes the hash of a body that stands in the headers.
  const { 'x-amz-content-sha256': bodyHash = sha256Of(body) } = event.headers;
  if (bodyHash !== sha256Of(body) || !coversTheRequest(signedHeaders, event.headers)) return false;
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    credentials: operatorCredentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    new HttpRequest({
      method: event.requestContext.http.method,
      path: event.rawPath,
      query: event.queryStringParameters ?? {},
      headers: Object.fromEntries(Object.entries(event.headers).filter(([name]) => signedHeaders.has(name))),
      ...(body.length > 0 ? { body } : {}),
    }),
    { signingDate: signedAt, signableHeaders: signedHeaders },
  );
  const expected = readSignature({ ...event.headers, ...signed.headers })?.signature;
  return expected !== undefined && timingSafeEqual(Buffer.from(expected), Buffer.from(given.signature));
}

function sha256Of(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/** AWS demands that the host and every header of its own are signed. */
function coversTheRequest(signedHeaders: ReadonlySet<string>, headers: GatewayEvent['headers']): boolean {
  const own = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  return ['host', ...own].every((name) => signedHeaders.has(name));
}

function readSignature({ authorization = '', 'x-amz-date': amzDate = '' }: Record<string, string>) {
  const parts = /Credential=local\/[^,]+, *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  const signedAt = parseAmzDate(amzDate);
  if (!parts?.[1] || !parts[2] || !signedAt) return undefined;
  return { signedHeaders: new Set(parts[1].split(';')), signature: parts[2], signedAt };
}

/** Such as `20261123T165500Z`. */
function parseAmzDate(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hours, minutes, seconds] = parts;
  const date = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
