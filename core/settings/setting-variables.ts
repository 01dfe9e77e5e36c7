import type * as z from 'zod';
import type { Settings } from './derived-settings.ts';
import { positiveWholeNumber, type Setting } from './setting.ts';
import { stageSettings } from './stage-settings.ts';

/** Settings as the environment variables of a function: a stack writes them, the function reads them. */

export type SettingName = keyof Settings;

/** `callbackTimeoutMs` -> `CALLBACK_TIMEOUT_MS` */
export function variableOf(name: SettingName): string {
  return name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
}

/** The variables with these settings. One that has no value is left out. */
export function writeSettings(settings: Settings, names: readonly SettingName[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = settings[name];
      return value === undefined ? [] : [[variableOf(name), String(value)]];
    }),
  );
}

/** By its variable, what each of these settings has to be. */
export function settingShape(names: readonly SettingName[]): Record<string, z.ZodType> {
  return Object.fromEntries(names.map((name) => [variableOf(name), schemaOf(name)]));
}

/** The settings from variables that have been parsed by `settingShape`. */
export function pickSettings<Name extends SettingName>(
  variables: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Pick<Settings, Name> {
  const values = names.map((name) => [name, variables[variableOf(name)]]);
  return Object.fromEntries(values) as Pick<Settings, Name>;
}

/** What derives from settings has no entry: it is a time. */
function schemaOf(name: SettingName): z.ZodType {
  const entries: Readonly<Record<string, Setting>> = stageSettings;
  return entries[name]?.schema ?? positiveWholeNumber;
}
