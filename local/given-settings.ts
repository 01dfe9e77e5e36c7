import { readFileSync } from 'node:fs';
import { defaultText, explain, type Setting } from '../core/settings/setting.ts';
import { stageSettings } from '../core/settings/stage-settings.ts';
import { nearestWord } from '../core/words.ts';

/** Stage settings as the command line gives them: `-c key=value`, over those of the stage's file. */

const localStage = 'local';

const settings: Readonly<Record<string, Setting>> = stageSettings;

/** The CDK context of the run. Throws for a setting that is unknown or wrong, before seconds are spent on it. */
export function readSettings(given: unknown): Record<string, string> {
  const pairs = given === undefined ? [] : [given].flat().map(String);
  return { stage: localStage, ...Object.fromEntries(pairs.map(readPair)) };
}

function readPair(pair: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  if (!name || value === undefined) throw new Error(`-c ${pair}: must be key=value, as in -c stage=dev`);
  const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
  // All names with other characters belong to CDK.
  if (!setting && /^\w+$/.test(name)) {
    const nearest = nearestWord(name, Object.keys(settings));
    const hint = nearest ? `did you mean ${nearest}?` : 'npm start -- --help lists the settings';
    throw new Error(`-c ${name}: there is no such setting; ${hint}`);
  }
  if (setting && !setting.schema.safeParse(value).success)
    throw new Error(`-c ${name}: must be ${setting.mustBe}, and not ${value || 'empty'}`);
  return [name, value];
}

/** A paragraph per setting: its name and default, what it must be, and what it does. */
export function describeSettings(): string {
  const defaults: Readonly<Record<string, string>> = { ...readLocalStage(), stage: localStage };
  return Object.entries(settings)
    .map(([name, setting]) => {
      const usual = defaultText(setting);
      const local = defaults[name];
      const shown = local === undefined ? usual : `${local} in a local run, otherwise ${usual}`;
      return `  ${name} (default: ${shown})\n    Must be ${setting.mustBe}.\n    ${explain(setting)}`;
    })
    .join('\n');
}

/** For `--help`. Where the settings count, the CDK app reads and checks the file. */
function readLocalStage(): Record<string, string> {
  const file = new URL(`../stages/${localStage}.json`, import.meta.url);
  const values = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
