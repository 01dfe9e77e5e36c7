/** What the signature doctor can find. Each says what is wrong, and what to change. */

interface Sentences {
  readonly problem: string;
  readonly advice: string;
}

/** `{name}` is filled in with what was found. */
export const findingTexts = {
  'header-missing': {
    problem: 'The header {name} is missing.',
    advice:
      'Every callback carries it. Check whether a proxy or a framework removes it, and log the headers before anything else reads them.',
  },
  'header-renamed': {
    problem: 'The header {name} stands under the name {given}.',
    advice: 'Your server or framework renames headers. Read it by the name that it has there.',
  },
  'header-repeated': {
    problem: 'The header {name} is there {count} times, with different values.',
    advice: 'A callback carries it once. Check which proxy adds another.',
  },
  'timestamp-in-milliseconds': {
    problem: 'webhook-timestamp is in milliseconds.',
    advice: 'The header has whole seconds since 1970. Sign and compare the text of the header as it came.',
  },
  'timestamp-not-a-number': {
    problem: 'webhook-timestamp is not a whole number of seconds: {given}.',
    advice: 'Use the text of the header as it came, and do not turn it into a date before you verify.',
  },
  'timestamp-old': {
    problem: 'The callback is {seconds} seconds old. Receivers refuse what is older than {tolerance}.',
    advice:
      'If you look at an old callback, that is no mistake. If it has just come, set the clock of your server, and verify before you put callbacks into a queue.',
  },
  'timestamp-ahead': {
    problem: 'The timestamp is {seconds} seconds ahead of this clock.',
    advice: 'The clock of your server is slow. Let it set itself by NTP.',
  },
  'secret-missing': {
    problem: 'There is no secret.',
    advice: 'Paste the secret that your receiver uses. It begins with whsec_.',
  },
  'secret-is-an-api-key': {
    problem: 'This is an API key, not a signing secret.',
    advice: 'The secret of a webhook begins with whsec_. Each webhook has its own.',
  },
  'secret-not-base64': {
    problem: 'What follows whsec_ in the secret is not base64.',
    advice: 'Copy the secret again, as a whole.',
  },
  'secret-with-blanks': {
    problem: 'There are blanks, line ends or quotation marks around the secret.',
    advice: 'Remove them where your receiver keeps its secret, such as in an .env file.',
  },
  'secret-prefix-doubled': {
    problem: 'The secret begins with whsec_ twice.',
    advice: 'Your code adds the prefix to a secret that has it already.',
  },
  'secret-of-before': {
    problem: 'This secret was replaced: the callback is signed with the current one.',
    advice: 'Put the current secret into your receiver.',
  },
  'secret-wrong': {
    problem: 'This is not the secret that signs the callback.',
    advice: 'Put the current secret of this webhook into your receiver.',
  },
  'secret-of-another-webhook': {
    problem: 'The callback is signed with the secret of another webhook, {subscriptionId}.',
    advice:
      'Each webhook has a secret of its own. Choose it by the header iomnihub-subscription-id, or give each webhook its own URL.',
  },
  'subscription-differs': {
    problem: 'The callback is for the webhook {subscriptionId}. The secret belongs to another.',
    advice: 'Each webhook has a secret of its own. Use the one of {subscriptionId}.',
  },
  'key-with-prefix': {
    problem: 'The key is the text of the secret, with whsec_.',
    advice: 'Remove whsec_ and decode the rest as base64. Those bytes are the key.',
  },
  'key-not-decoded': {
    problem: 'The key is the text after whsec_, not decoded.',
    advice: 'Decode what follows whsec_ as base64. Those bytes are the key.',
  },
  'key-prefix-decoded': {
    problem: 'The key is the whole secret decoded as base64, with whsec_.',
    advice: 'Remove whsec_ before you decode.',
  },
  'content-body-only': {
    problem: 'Only the body is signed.',
    advice: 'Sign webhook-id, webhook-timestamp and the body, with a full stop between them.',
  },
  'content-without-id': {
    problem: 'The signed text has the timestamp and the body, but no webhook-id.',
    advice: 'Sign webhook-id, webhook-timestamp and the body, with a full stop between them.',
  },
  'content-without-full-stops': {
    problem: 'The signed text lacks the full stops between its parts.',
    advice: 'Sign webhook-id, webhook-timestamp and the body, with a full stop between them.',
  },
  'content-in-another-order': {
    problem: 'The timestamp stands before webhook-id in the signed text.',
    advice: 'The order is webhook-id, webhook-timestamp, body.',
  },
  'body-serialized-again': {
    problem:
      'The body was parsed and written as JSON again. Its bytes are no longer the ones that were signed.',
    advice:
      'Verify the raw body before you parse it: express.raw() in Express, request.get_data() in Flask, file_get_contents("php://input") in PHP.',
  },
  'body-keys-in-another-order': {
    problem: 'The body was parsed and written again, with its fields in another order.',
    advice: 'Verify the raw body before you parse it.',
  },
  'body-trimmed': {
    problem: 'Blanks or line ends around the body were added or removed.',
    advice: 'Use the bytes of the body as they came. Do not trim them.',
  },
  'body-with-bom': {
    problem: 'The body begins with a byte order mark that was not sent.',
    advice: 'Read the body as bytes, or as UTF-8 without a byte order mark.',
  },
  'body-line-ends': {
    problem: 'The line ends of the body were changed, from LF to CRLF or back.',
    advice: 'Read the body as bytes, not as lines of text.',
  },
  'body-wrong-charset': {
    problem: 'The body was read in another character set than UTF-8.',
    advice: 'Verify the bytes of the body, or read them as UTF-8, not as ISO 8859-1 or Windows-1252.',
  },
  'body-characters-lost': {
    problem: 'The body has replacement characters (U+FFFD): some of its characters were lost.',
    advice: 'Collect all bytes of the body first, and then read them as UTF-8, not piece by piece.',
  },
  'body-base64': {
    problem: 'The body is base64.',
    advice:
      'Decode it before you verify. API Gateway and Lambda function URLs do this when isBase64Encoded is true.',
  },
  'body-quoted': {
    problem: 'The body is JSON inside a JSON string.',
    advice: 'Your code writes the text of the body as JSON once more. Verify the text itself.',
  },
  'body-empty': {
    problem: 'The body is empty.',
    advice: 'Something has read it before your code, such as a body parser. Verify before it.',
  },
  'body-not-json': {
    problem: 'The body is not JSON, as every callback is.',
    advice: 'Paste the raw body as it came. Check what turns it into something else, such as a form parser.',
  },
  'id-of-another-callback': {
    problem: 'The body is of the event {bodyId}, and webhook-id says {headerId}.',
    advice: 'Take headers and body from the same request. Do not keep them in variables that requests share.',
  },
  'signature-without-version': {
    problem: 'The signature lacks its version.',
    advice: 'It reads v1, and then base64. Split the header at blanks, and each part at its comma.',
  },
  'signature-in-hex': {
    problem: 'The signature is in hexadecimal.',
    advice: 'Write the HMAC as base64.',
  },
  'signature-in-base64url': {
    problem: 'The signature is in the alphabet of base64url, or lacks its padding.',
    advice: 'Write the HMAC as standard base64, with + and / and with = at the end.',
  },
  'signature-in-lower-case': {
    problem: 'The signature was turned into lower case.',
    advice: 'Names of headers may be in any case, but their values may not be changed.',
  },
  'signature-cut-off': {
    problem: 'The signature is cut off.',
    advice: 'Keep the whole header: 44 characters after v1, for each signature.',
  },
  'signatures-not-split': {
    problem: 'The signatures are not separated by blanks.',
    advice: 'During a rotation the header has several, separated by blanks. Compare with each of them.',
  },
  'signature-unreadable': {
    problem: 'webhook-signature holds no signature: {given}.',
    advice: 'It reads v1, and then base64.',
  },
  unexplained: {
    problem: 'The signature does not fit, and none of the usual mistakes explains it.',
    advice:
      'Most likely the secret is of another webhook or from before a rotation, or the body was changed. Log the raw body as base64 and compare it byte by byte.',
  },
} as const satisfies Record<string, Sentences>;

export type FindingCode = keyof typeof findingTexts;

export interface Finding {
  readonly code: FindingCode;
  /** What the sentences name, such as the name of a header. Never a secret. */
  readonly params: Readonly<Record<string, string>>;
  readonly problem: string;
  readonly advice: string;
}

export function toFinding(code: FindingCode, params: Readonly<Record<string, string>> = {}): Finding {
  const { problem, advice } = findingTexts[code];
  return { code, params, problem: fillIn(problem, params), advice: fillIn(advice, params) };
}

function fillIn(sentence: string, params: Readonly<Record<string, string>>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}
