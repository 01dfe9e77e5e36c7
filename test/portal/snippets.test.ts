import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { type SnippetLanguage, snippets } from '../../portal/webhooks/snippets.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = '{"text":"Olá, 你好 👋"}';

interface Case {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly secret: string;
}

function callback({ at = new Date(), more = '' } = {}): Case {
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': `${more}${new Webhook(secret).sign('evt_1', at, body)}`,
  };
  return { headers, body, secret };
}

/** An error instead of a refusal would be answered with 500, and called again. */
function without(name: string): Case {
  const { headers, ...others } = callback();
  return { ...others, headers: Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name)) };
}

function changed(name: string, value: string): Case {
  const { headers, ...others } = callback();
  return { ...others, headers: { ...headers, [name]: value } };
}

const minute = 60_000;
const cases: readonly (readonly [string, Case, boolean])[] = [
  ['a signed callback', callback(), true],
  ['one of several signatures', callback({ more: 'v1,AAAA v1a,x ' }), true],
  ['a changed body', { ...callback(), body: `${body} ` }, false],
  ['another secret', { ...callback(), secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, false],
  ['an old callback', callback({ at: new Date(Date.now() - 10 * minute) }), false],
  ['a callback of the future', callback({ at: new Date(Date.now() + 10 * minute) }), false],
  ['a callback without an id', without('webhook-id'), false],
  ['a callback without a time', without('webhook-timestamp'), false],
  ['a callback without a signature', without('webhook-signature'), false],
  ['a time that is none', changed('webhook-timestamp', 'noon'), false],
  ['a signature that is none', changed('webhook-signature', 'v1,é 2'), false],
];

/** What runs the snippet, and prints true or false for the case in the JSON file that it is given. */
const runners: Readonly<Record<SnippetLanguage, { command: string; file: string; main: string }>> = {
  node: {
    command: process.execPath,
    file: 'check.mjs',
    main: `
import { readFileSync } from 'node:fs';
const { headers, body, secret } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log(isFromIOmniHub(headers, Buffer.from(body), secret));`,
  },
  python: {
    command: 'python3',
    file: 'check.py',
    main: `
import json, sys
case = json.load(open(sys.argv[1], encoding="utf-8"))
print(str(is_from_iomnihub(case["headers"], case["body"].encode(), case["secret"])).lower())`,
  },
  php: {
    command: 'php',
    file: 'check.php',
    main: `
$case = json_decode(file_get_contents($argv[1]), true);
echo isFromIOmniHub($case['headers'], $case['body'], $case['secret']) ? 'true' : 'false';`,
  },
};

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snippets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

for (const language of Object.keys(runners) as SnippetLanguage[]) {
  const { command, file, main } = runners[language];
  const describeIf = isInstalled(command) ? describe : describe.skip;

  describeIf(`the snippet for ${language}`, () => {
    test.each(cases)('%s is judged as the standard library does', async (name, given, isGood) => {
      await writeFile(join(folder, file), snippets[language].code + main);
      const input = join(folder, 'case.json');
      await writeFile(input, JSON.stringify(given));
      const output = execFileSync(command, [join(folder, file), input], { encoding: 'utf8' });
      expect([name, output.trim()]).toEqual([name, String(isGood)]);
    });
  });
}
