import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { deriveSettings, type Settings } from '../../../core/settings/derived-settings.ts';
import {
  pickSettings,
  type SettingName,
  settingShape,
  settingVariables,
  variableOf,
} from '../../../core/settings/setting-variables.ts';
import { defaultSettings, stageSettings } from '../../../core/settings/stage-settings.ts';

const usual = deriveSettings(defaultSettings);
const names = Object.keys(usual) as SettingName[];

const read = (variables: Record<string, string>) =>
  pickSettings(z.object(settingShape(names)).parse(variables), names);

test.each([
  ['stage', 'STAGE'],
  ['cacheMs', 'CACHE_MS'],
  ['callbackTimeoutMs', 'CALLBACK_TIMEOUT_MS'],
] as const)('the variable of %s is %s', (name, variable) => {
  expect(variableOf(name)).toBe(variable);
});

describe('settings are read from variables as they were written:', () => {
  test.each<[string, Settings]>([
    ['the defaults', usual],
    [
      'other values of every kind',
      {
        ...usual,
        publisherPrincipalArn: 'arn:aws:iam::111122223333:role/helpdesk',
        ownHosts: ['iomnihub.example', 'api.iomnihub.example'],
        corsOrigins: ['https://app.iomnihub.example'],
        retryScheduleSeconds: [0],
        allowPrivateCallbacks: true,
        receiverVerification: 'required',
      },
    ],
  ])('%s', (_, settings) => {
    expect(read(settingVariables(settings, names))).toEqual(settings);
  });
});

test('a setting without a value has no variable', () => {
  expect(settingVariables(usual, ['publisherPrincipalArn', 'cacheMs'])).toEqual({ CACHE_MS: '5000' });
});

test.each([
  ['0', [0]],
  ['0,5,300', [0, 5, 300]],
  ['0, 5', undefined],
  ['5', undefined],
  ['0,x', undefined],
  ['0,-5', undefined],
  ['0;5', undefined],
  ['', undefined],
])('the retry schedule %j is %j', (text, seconds) => {
  expect(stageSettings.retryScheduleSeconds.schema.safeParse(text).data).toEqual(seconds);
});
