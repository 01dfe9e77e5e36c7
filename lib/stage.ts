import { isDeepStrictEqual } from 'node:util';
import type { Node } from 'constructs';
import { deriveSettings, type Settings } from '../core/settings/derived-settings.ts';
import type { Setting } from '../core/settings/setting.ts';
import { type StageSettings, stageSettings } from '../core/settings/stage-settings.ts';
import { nearestWord } from '../core/words.ts';
import { type GivenValue, readStageFile, stagesFolder } from './stage-file.ts';

/** The settings of the synthesized stage and the times that derive from them. */
export type Stage = Settings;

type Given = ReadonlyMap<string, GivenValue>;

const entries = Object.entries<Setting>(stageSettings);
const names = entries.map(([name]) => name);

/**
 * Reads the stage: its file in `folder`, and on top of that the app's context. Throws with one line for each setting that is
 * wrong.
 */
export function readStage(node: Node, folder = stagesFolder): Stage {
  const context = contextOf(node);
  refuseUnknown(context);
  const stage = stageSettings.stage.schema.safeParse(
    context.get('stage')?.value ?? stageSettings.stage.default,
  );
  const file = stage.success ? readStageFile(folder, stage.data) : new Map<string, GivenValue>();
  const given = new Map([...file, ...context]);

  const problems = misplacedIn(file);
  const values = entries.map(([name, setting]) => {
    const one = given.get(name);
    if (!one) return [name, setting.default];
    const value = context.has(name) ? readText(setting, one.value) : readJson(setting, one.value);
    if (value === undefined) problems.push(`${one.where}${name}: must be ${setting.mustBe}`);
    return [name, value];
  });
  const settings = Object.fromEntries(values) as StageSettings;
  if (settings.stage === 'prod') problems.push(...unfitForProduction(settings, given));
  if (problems.length > 0)
    throw new Error(
      `these stage settings are invalid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  return deriveSettings(settings);
}

/** Setting names consist of word characters only. All other names in the context belong to CDK. */
function contextOf(node: Node): Given {
  return new Map(
    Object.keys(node.getAllContext())
      .filter((name) => /^\w+$/.test(name))
      .map((name): [string, GivenValue] => [name, { value: node.tryGetContext(name), where: '-c ' }])
      .filter(([, { value }]) => value !== undefined && value !== null),
  );
}

function refuseUnknown(context: Given): void {
  const unknown = [...context.keys()].filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const meant = unknown.flatMap((name) => nearestWord(name, names) ?? []);
  const question = meant.length > 0 ? `; did you mean ${meant.join(', ')}?` : '';
  throw new Error(
    `-c ${unknown.join(', ')}: no such setting; the settings are ${names.join(', ')}${question}`,
  );
}

/** One line for each key of the file that is no setting of its stage. */
function misplacedIn(file: Given): string[] {
  return [...file].flatMap(([name, { where }]) => {
    if (name === 'stage') return [`${where}stage: is the name of the file; remove it`];
    if (names.includes(name)) return [];
    const near = nearestWord(name, names);
    const fix = near === undefined ? 'remove it' : `rename it to ${near}, or remove it`;
    return [`${where}${name}: no such setting; ${fix}; docs/settings.md lists all settings`];
  });
}

/** A value of the context. The CDK CLI passes every setting as text; cdk.json may also hold numbers and booleans. */
function readText({ schema }: Setting, given: unknown): unknown {
  const isPlain = typeof given === 'number' || typeof given === 'boolean';
  return schema.safeParse(isPlain ? String(given) : given).data;
}

/** A value of a stage's file. It must be of the setting's own type: `500` for a number, not `"500"`. */
function readJson({ schema }: Setting, given: unknown): unknown {
  const parts = [given].flat();
  if (parts.some((part) => typeof part === 'object')) return undefined;
  const value: unknown = schema.safeParse(parts.join(',')).data;
  return isDeepStrictEqual(value, given) ? value : undefined;
}

function unfitForProduction(settings: StageSettings, given: Given): string[] {
  const values: Readonly<Record<string, unknown>> = settings;
  return entries.flatMap(([name, { neverInProduction, default: usual }]) =>
    neverInProduction !== undefined && values[name] !== undefined && values[name] !== usual
      ? [`${given.get(name)?.where}${name}: must not be set for stage=prod: ${neverInProduction}`]
      : [],
  );
}

/** The name of a resource that operators look up by name. */
export function resourceName({ stage }: Pick<Stage, 'stage'>, name: string): string {
  return `iomnihub-webhooks-${stage}-${name}`;
}

/** The CloudWatch namespace of the functions' metrics. */
export function metricsNamespace(stage: Stage): string {
  return resourceName(stage, 'metrics');
}
