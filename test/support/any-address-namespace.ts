import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';

/** Whoever is not root may still be it in a namespace of his own. */
const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const unshare = [...asRoot, '--net', '--mount'];
const makeEveryAddressLocal =
  'ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo';
/** The system's name server is the one that the script starts on this address. */
const askThisMachine =
  'f=$(mktemp) && echo nameserver 127.0.0.1 > "$f" && mount --bind "$f" "$(realpath /etc/resolv.conf)" && rm "$f"';
const prepare = `${makeEveryAddressLocal} && ${askThisMachine}`;
const isPossible = spawnSync('unshare', [...unshare, 'sh', '-c', prepare]).status === 0;

/** The suites that prove the most must not go missing unseen where everything is checked. */
export const describeInNamespace = isPossible || process.env['CI'] === 'true' ? describe : describe.skip;

/**
 * Runs a script of test/support where every address is this machine's own, so that nothing that is connected to can
 * escape notice. Writes the input to it and answers with what it prints, both as JSON.
 */
export async function runWhereEveryAddressIsLocal(
  script: string,
  { input, env = {} }: { readonly input: unknown; readonly env?: Readonly<Record<string, string>> },
): Promise<unknown> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const run = promisify(execFile)(
    'unshare',
    [...unshare, 'sh', '-c', `${prepare} && exec "$@"`, 'sh', process.execPath, file],
    {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      timeout: 90_000,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  run.child.stdin?.end(JSON.stringify(input));
  return JSON.parse((await run).stdout);
}
