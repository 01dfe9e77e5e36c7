import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { nearestWord } from '../core/words.ts';

/** A value as it was given, and where, as an error names it: `-c ` or `stages/prod.json:3: `. */
export interface GivenValue {
  readonly value: unknown;
  readonly where: string;
}

/** `stages/` of this checkout. */
export const stagesFolder = fileURLToPath(new URL('../stages', import.meta.url));

/** For editors only. */
const schemaKey = '$schema';

/**
 * The settings in `<folder>/<stage>.json`, by name. Throws if there is no such file, or if it is not a JSON object whose keys
 * differ. A misspelt stage must not be deployed with the defaults of all settings.
 */
export function readStageFile(folder: string, stage: string): ReadonlyMap<string, GivenValue> {
  const file = join(folder, `${stage}.json`);
  const shown = `${basename(folder)}/${stage}.json`;
  if (!existsSync(file)) throw new Error(`-c stage=${stage}: ${missing(folder, stage, shown)}`);
  const text = readFileSync(file, 'utf8');
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (error)
    throw new Error(
      `${shown}:${lineAt(text, error.offset)}: is not JSON: ${inWords(error)}; correct it there`,
    );
  if (root?.type !== 'object')
    throw new Error(`${shown}:1: must be an object, such as { "retentionDays": 60 }`);
  return readProperties(root, (node) => `${shown}:${lineAt(text, node.offset)}: `);
}

function readProperties({ children = [] }: Node, where: (node: Node) => string): Map<string, GivenValue> {
  const given = new Map<string, GivenValue>();
  for (const property of children) {
    const [key, value] = property.children ?? [];
    if (!key || !value || key.value === schemaKey) continue;
    const name = String(key.value);
    // JSON would silently take the last one.
    if (given.has(name)) throw new Error(`${where(key)}${name}: is there already; remove one of the two`);
    given.set(name, { value: getNodeValue(value), where: where(key) });
  }
  return given;
}

function missing(folder: string, stage: string, shown: string): string {
  const stages = readdirSync(folder)
    .filter((name) => /^[a-z][a-z0-9]*\.json$/.test(name))
    .map((name) => basename(name, '.json'));
  const near = nearestWord(stage, stages);
  return [
    `there is no ${shown}`,
    `the stages are ${stages.join(', ')}`,
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
    `for a new stage, create it with {} in it`,
  ].join('; ');
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** `CommaExpected` -> `comma expected` */
function inWords({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])[A-Z]/g, ' $&')
    .toLowerCase();
}
