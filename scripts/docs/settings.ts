import { derivedSettings, deriveSettings } from '../../core/settings/derived-settings.ts';
import { defaultText, explain, type Setting } from '../../core/settings/setting.ts';
import { defaultSettings, stageSettings } from '../../core/settings/stage-settings.ts';
import { table } from './markdown.ts';

/** docs/settings.md from the list of the stage's settings. */
export function describeSettings(): string {
  const settings = Object.entries<Setting>(stageSettings).map(([name, setting]) => [
    `\`${name}\``,
    setting.mustBe,
    defaultText(setting),
    explain(setting),
  ]);
  const defaults = deriveSettings(defaultSettings);
  const derived = Object.entries(derivedSettings).map(([name, { reason }]) => [
    `\`${name}\``,
    String(defaults[name as keyof typeof derivedSettings]),
    reason,
  ]);
  return `${[
    '# Settings of a stage',
    '<!-- Written by `npm run docs` from core/settings/: change the files there, not this one. -->',
    'Each setting is a value of CDK context, the same for a deployment and for the local run: `npx cdk deploy --all -c stage=prod -c callbackTimeoutMs=10000`, `npm start -- -c retryScheduleSeconds=0,1,1`. The synthesis refuses a name that is not in this table and a value that does not fit.',
    table(['Name', 'Must be', 'Default', 'What it does'], settings),
    'The local run has defaults of its own for a few of them; `npm start -- --help` shows these.',
    '## What derives from them',
    'These times follow from `callbackTimeoutMs` and `dispatcherTimeoutSeconds`, so that they always fit each other. They cannot be set.',
    table(['Name', 'By default', 'Why'], derived),
  ].join('\n\n')}\n`;
}
