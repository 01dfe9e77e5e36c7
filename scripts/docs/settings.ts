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
    'A stage is a file: `-c stage=prod` reads `stages/prod.json`. So the settings of a stage are reviewed and kept like sources, and no deployment forgets one. A stage without a file is refused; `{}` is enough for one with every default. Values are of their own JSON type: `500`, `true`, `"required"`, and a list for what has commas in this table: `[443, 8443]`. Editors know the names by `$schema`.',
    '`-c name=value` sets a value for one command, on top of the file, the same for a deployment and for the local run: `npx cdk deploy --all -c stage=prod -c callbackTimeoutMs=10000`, `npm start -- -c retryScheduleSeconds=0,1,1`. The next deployment without it goes back to the file.',
    'The synthesis refuses a name that is not in this table and a value that does not fit, with the file and the line.',
    table(['Name', 'Must be', 'Default', 'What it does'], settings),
    'The local run is the stage `local`, so `stages/local.json` has what is different there; `npm start -- --help` shows it. `npm start -- -c stage=dev` runs another stage as it is deployed.',
    '## What derives from them',
    'These times follow from `callbackTimeoutMs` and `dispatcherTimeoutSeconds`, so that they always fit each other. They cannot be set.',
    table(['Name', 'By default', 'Why'], derived),
  ].join('\n\n')}\n`;
}
