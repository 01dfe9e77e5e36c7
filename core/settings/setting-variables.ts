import type * as z from 'zod';
import type { Settings } from './derived-settings.ts';
import { positiveWholeNumber, type Setting } from './setting.ts';
import { stageSettings } from './stage-settings.ts';

/** Settings as environment variables: a stack writes them and the function reads them. */

export type SettingName = keyof Settings;

/** `callbackTimeoutMs` -> `CALLBACK_TIMEOUT_MS` */
export function variableOf(name: SettingName): string {
  return name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
}

/** Returns the environment variables for these settings. A setting without a value is left out. */
export function settingVariables(settings: Settings, names: readonly SettingName[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = settings[name];
      return value === undefined ? [] : [[variableOf(name), String(value)]];
    }),
  );
}

/** The schema of each of these settings, by the name of its variable. */
export function settingShape(names: readonly SettingName[]): Record<string, z.ZodType> {
  return Object.fromEntries(names.map((name) => [variableOf(name), schemaOf(name)]));
}

/** Reads the settings from variables that `settingShape` has parsed. */
export function pickSettings<Name extends SettingName>(
  variables: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Pick<Settings, Name> {
  const values = names.map((name) => [name, variables[variableOf(name)]]);
  return Object.fromEntries(values) as Pick<Settings, Name>;
}

/** A derived setting has no entry. It is always a time, so a positive whole number. */
function schemaOf(name: SettingName): z.ZodType {
  const entries: Readonly<Record<string, Setting>> = stageSettings;
  return entries[name]?.schema ?? positiveWholeNumber;
}
