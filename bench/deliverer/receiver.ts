import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { startChild } from '../child.ts';

/** What a receiver shows, as PEM texts. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface ReceivedCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receivers {
  /** One for each receiver, with a path as hooks have. */
  readonly urls: readonly string[];
  /** The certificate to trust, for NODE_EXTRA_CA_CERTS. */
  readonly authorityFile: string;
  /** Calls since the start, at all receivers together. */
  countCalls(): Promise<number>;
  /** Undefined before the first. */
  readLastCall(): Promise<ReceivedCall | undefined>;
  close(): Promise<void>;
}

/** Receivers of one process, each on a port of its own, that answer 200 and `ok` over TLS. */
export async function startReceivers(count: number): Promise<Receivers> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-receivers-'));
  const authorityFile = join(folder, 'authority.pem');
  const certificate = await makeCertificate();
  await writeFile(authorityFile, certificate.cert);
  const { child, ready } = await startChild(new URL('./receiver-server.ts', import.meta.url), {
    args: [JSON.stringify(certificate), String(count)],
  });
  return {
    urls: (ready as number[]).map((port) => `https://localhost:${port}/hooks/iomnihub`),
    authorityFile,
    countCalls: async () => (await child.ask('count')) as number,
    readLastCall: async () => (await child.ask('last-call')) as ReceivedCall | undefined,
    async close() {
      await child.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Signed by itself, and so its own authority. */
export async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  return { key, cert };
}
