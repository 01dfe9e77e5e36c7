import { readFile } from 'node:fs/promises';
import { decode } from '@jridgewell/sourcemap-codec';

/** What a deployed file consists of. */
export interface Bundle {
  readonly bytes: number;
  /** Bytes by package, or by our own folder, such as `core/`. The largest first. */
  readonly shares: ReadonlyMap<string, number>;
  /** The sources, as paths from the repository. */
  readonly sources: readonly string[];
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** Reads a bundle and the source map beside it: each byte belongs to the source that the map names for it. */
export async function readBundle(file: string): Promise<Bundle> {
  const [text, map] = await Promise.all([readFile(file, 'utf8'), readFile(`${file}.map`, 'utf8')]);
  const { sources, mappings } = JSON.parse(map) as SourceMap;
  const paths = sources.map((source) => source.replace(/^(\.\.\/)+/, ''));
  const shares = new Map<string, number>();
  const lines = text.split('\n');
  for (const [index, segments] of decode(mappings).entries()) {
    const line = lines[index] ?? '';
    for (const [place, [column, source]] of segments.entries()) {
      const owner = ownerOf(paths[source ?? -1] ?? '');
      const [end] = segments[place + 1] ?? [line.length];
      shares.set(owner, (shares.get(owner) ?? 0) + Buffer.byteLength(line.slice(column, end)));
    }
  }
  const sorted = [...shares].toSorted(([, a], [, b]) => b - a);
  return { bytes: Buffer.byteLength(text), shares: new Map(sorted), sources: paths };
}

function ownerOf(path: string): string {
  const [, inPackage] = path.split(/.*node_modules\//);
  if (inPackage === undefined) return path.includes('/') ? `${path.split('/')[0]}/` : 'other';
  return inPackage
    .split('/')
    .slice(0, inPackage.startsWith('@') ? 2 : 1)
    .join('/');
}
