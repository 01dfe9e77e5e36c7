import * as z from 'zod';
import { explain, type Setting } from '../../core/settings/setting.ts';
import { stageSettings } from '../../core/settings/stage-settings.ts';

/** docs/stage.schema.json: what editors offer and check in stages/<stage>.json. */
export function describeStageFile(): string {
  const settings = Object.entries<Setting>(stageSettings)
    // The name of the file.
    .filter(([name]) => name !== 'stage')
    .map(([name, setting]) => [name, describe(setting)]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'The settings of a stage',
    type: 'object',
    additionalProperties: false,
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(settings) },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The type and limits of a setting's value. The text that its schema reads is for `-c` only. */
function describe(setting: Setting): object {
  const { $schema: _, ...limits } = z.toJSONSchema(setting.schema, {
    target: 'draft-7',
    io: 'output',
    // A value that is transformed last has no limits but its type.
    unrepresentable: 'any',
  });
  return {
    description: `Must be ${setting.mustBe}. ${explain(setting)}`,
    ...(setting.default === undefined ? {} : { default: setting.default }),
    ...(typeof setting.default === 'boolean' ? { type: 'boolean' } : {}),
    ...limits,
  };
}
