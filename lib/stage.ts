import type { Node } from 'constructs';
import { deriveSettings, type Settings } from '../core/settings/derived-settings.ts';
import type { Setting } from '../core/settings/setting.ts';
import { type StageSettings, stageSettings } from '../core/settings/stage-settings.ts';

/** The settings of the synthesized stage and the times that derive from them. */
export type Stage = Settings;

const entries = Object.entries<Setting>(stageSettings);

/** Reads the stage from the app's context. Throws with one line for each setting that is wrong. */
export function readStage(node: Node): Stage {
  refuseUnknown(Object.keys(node.getAllContext()));
  const problems: string[] = [];
  const values = entries.map(([name, setting]) => {
    const given: unknown = node.tryGetContext(name) ?? undefined;
    if (given === undefined) return [name, setting.default];
    const parsed = setting.schema.safeParse(asText(given));
    if (!parsed.success) problems.push(`${name}: must be ${setting.mustBe}`);
    return [name, parsed.data];
  });
  const settings = Object.fromEntries(values) as StageSettings;
  if (settings.stage === 'prod') problems.push(...unfitForProduction(settings));
  if (problems.length > 0)
    throw new Error(
      `these stage settings are invalid:\n${problems.map((problem) => `  -c ${problem}`).join('\n')}`,
    );
  return deriveSettings(settings);
}

/** Setting names consist of word characters only. All other names in the context belong to CDK. */
function refuseUnknown(given: readonly string[]): void {
  const names = entries.map(([name]) => name);
  const unknown = given.filter((name) => /^\w+$/.test(name) && !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`-c ${unknown.join(', ')}: no such setting; the settings are ${names.join(', ')}`);
}

function unfitForProduction(settings: StageSettings): string[] {
  const values: Readonly<Record<string, unknown>> = settings;
  return entries.flatMap(([name, { neverInProduction, default: usual }]) =>
    neverInProduction !== undefined && values[name] !== undefined && values[name] !== usual
      ? [`${name}: must not be set for stage=prod: ${neverInProduction}`]
      : [],
  );
}

/** The CDK CLI passes every setting as text. cdk.json may also hold numbers and booleans. */
function asText(given: unknown): unknown {
  return typeof given === 'number' || typeof given === 'boolean' ? String(given) : given;
}

/** The name of a resource that operators look up by name. */
export function resourceName({ stage }: Pick<Stage, 'stage'>, name: string): string {
  return `iomnihub-webhooks-${stage}-${name}`;
}

/** The CloudWatch namespace of the functions' metrics. */
export function metricsNamespace(stage: Stage): string {
  return resourceName(stage, 'metrics');
}
