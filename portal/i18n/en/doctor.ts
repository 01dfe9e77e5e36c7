import { plural } from './words.ts';

export const doctor = {
  title: 'Signature doctor',
  subtitle: 'Paste what your server received, and learn why it refuses the callback.',
  headers: 'Headers',
  headersHint: 'As your server has them, a line each. Other headers do no harm.',
  body: 'Raw body',
  bodyHint: 'Exactly as it came, before it is parsed.',
  source: 'Check with',
  sourceHint: 'Its secret is read from iOmniHub; the audit log records it.',
  ownSecret: 'The secret that my server uses',
  secretOf: (host: string) => `The stored secret of ${host}`,
  secret: 'Secret',
  secretHint: 'It does not leave this browser: everything is computed here.',
  examine: 'Examine',
  valid: 'The signature is right.',
  validText: 'If your server refuses it all the same, compare its raw body, headers and secret with these.',
  notValid: (count: number) =>
    plural(count, {
      one: 'The signature is not right.',
      other: 'The signature is not right, for # reasons.',
    }),
  finds: 'What it finds',
  examples: [
    'A body that was parsed and written again, trimmed, or read in another character set',
    'An old secret, or that of another webhook',
    'A key with its prefix, or one that was not decoded from base64',
    'Headers that are missing, renamed or repeated',
    'A clock that is wrong, or a timestamp in milliseconds',
    'A signature in hexadecimal, without its version, or over the body alone',
  ],
};
