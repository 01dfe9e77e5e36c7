import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { applyPatch, parsePatch } from 'diff';
import type * as synthesis from '../../local/synthesis.ts';
import { createScratchCopy, type ScratchCopy } from '../../scripts/scratch-copy.ts';
import { type SynthesizedStacks, synthesizeUnderFault } from '../support/stacks-under-fault.ts';

const patchFolder = fileURLToPath(new URL('patches', import.meta.url));

/** A copy of this checkout with a patch of `patches` applied. */
export function createPatchedCopy(patchName: string): ScratchCopy {
  const copy = createScratchCopy();
  for (const patch of parsePatch(readFileSync(join(patchFolder, `${patchName}.patch`), 'utf8'))) {
    const file = join(copy.folder, (patch.newFileName ?? '').replace(/^b\//, ''));
    const patched = applyPatch(readFileSync(file, 'utf8'), patch);
    if (patched === false) throw new Error(`${patchName}.patch does not fit ${patch.newFileName} any more`);
    writeFileSync(file, patched);
  }
  return copy;
}

/** The stacks of such a copy. */
export async function synthesizePatched(
  patchName: string,
  settings: Readonly<Record<string, string>>,
): Promise<SynthesizedStacks> {
  const copy = createPatchedCopy(patchName);
  try {
    const { synthesize } = (await import(
      pathToFileURL(join(copy.folder, 'local/synthesis.ts')).href
    )) as typeof synthesis;
    return await synthesizeUnderFault(settings, synthesize);
  } finally {
    copy.remove();
  }
}
