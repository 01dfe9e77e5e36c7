/**
 * Code that checks the signature of a callback, without a package. Each takes the raw body: a parsed and serialized one
 * is another text, and does not match.
 */

export const snippetLanguages = ['node', 'python', 'php'] as const;
export type SnippetLanguage = (typeof snippetLanguages)[number];

const node = `import { createHmac, timingSafeEqual } from 'node:crypto';

// rawBody: the bytes of the request, before any JSON.parse.
export function isFromIOmniHub(headers, rawBody, secret) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (!(Math.abs(Date.now() / 1000 - timestamp) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\`).update(rawBody).digest();
  return String(headers['webhook-signature']).split(' ').some((part) => {
    const [version, signature = ''] = part.split(',');
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
`;

const python = `import base64, hashlib, hmac, time

# raw_body: the bytes of the request, before any json.loads.
def is_from_iomnihub(headers, raw_body, secret):
    msg_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{msg_id}.{timestamp}.".encode() + raw_body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return any(
        hmac.compare_digest(part.encode(), b"v1," + expected)
        for part in headers.get("webhook-signature", "").split(" ")
    )
`;

const php = `<?php
// $rawBody: file_get_contents('php://input'), before any json_decode.
function isFromIOmniHub(array $headers, string $rawBody, string $secret): bool {
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if (abs(time() - (int) $timestamp) > 300) return false;
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = base64_encode(hash_hmac('sha256', "$id.$timestamp.$rawBody", $key, true));
    foreach (explode(' ', $headers['webhook-signature'] ?? '') as $part) {
        if (hash_equals("v1,$expected", $part)) return true;
    }
    return false;
}
`;

export const snippets: Readonly<Record<SnippetLanguage, { readonly name: string; readonly code: string }>> = {
  node: { name: 'Node.js', code: node },
  python: { name: 'Python', code: python },
  php: { name: 'PHP', code: php },
};
