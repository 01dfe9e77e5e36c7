import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** A network of one's own in which every address is this machine's, and the system's name server whoever listens. */

/** Whoever is not root may still be it in a namespace of his own. */
const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const unshare = [...asRoot, '--net', '--mount'];
const makeEveryAddressLocal =
  'ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo';
/** The system's name server is the one that is started on this address. */
const askThisMachine =
  'f=$(mktemp) && echo nameserver 127.0.0.1 > "$f" && mount --bind "$f" "$(realpath /etc/resolv.conf)" && rm "$f"';
const prepare = `${makeEveryAddressLocal} && ${askThisMachine}`;

export function isNamespacePossible(): boolean {
  return spawnSync('unshare', [...unshare, 'sh', '-c', prepare], { stdio: 'ignore' }).status === 0;
}

/** For `unshare`: runs this Node.js with these arguments in there. */
export function namespaceArguments(...nodeArguments: readonly string[]): string[] {
  return [...unshare, 'sh', '-c', `${prepare} && exec "$@"`, 'sh', process.execPath, ...nodeArguments];
}

export const isInNamespace = process.env['WEBHOOKS_NAMESPACE'] === '1';

/** Runs this process once more in there and ends as that one does. False where it is not permitted. */
export async function enterNamespace(nodeArguments: readonly string[]): Promise<boolean> {
  if (!isNamespacePossible()) {
    if (process.env['CI'] === 'true') throw new Error('no network namespace can be made');
    return false;
  }
  const child = spawn('unshare', namespaceArguments(...nodeArguments), {
    stdio: 'inherit',
    env: { ...process.env, WEBHOOKS_NAMESPACE: '1' },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
  return true;
}
