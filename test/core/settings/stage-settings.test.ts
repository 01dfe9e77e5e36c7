import { describe, expect, test } from '@jest/globals';
import { deriveSettings } from '../../../core/settings/derived-settings.ts';
import { isOrigin } from '../../../core/settings/origin.ts';
import { defaultText, explain, type Setting } from '../../../core/settings/setting.ts';
import { defaultSettings, stageSettings } from '../../../core/settings/stage-settings.ts';

type Name = keyof typeof stageSettings;

const read = (name: Name, text: string): unknown => stageSettings[name].schema.safeParse(text).data;

test.each<[name: Name, min: number, max: number]>([
  ['retryHorizonSeconds', 1, 604_800],
  ['callbackTimeoutMs', 1_000, 20_000],
  ['cacheMs', 100, 5_000],
  ['dispatcherTimeoutSeconds', 2, 120],
  ['retentionDays', 21, 3_650],
  ['maxDeliverers', 2, 1_000],
  ['accountRatePerSecond', 1, 100_000],
  ['hostRatePerSecond', 1, 100_000],
])('%s is a whole number from %i to %i, and says so', (name, min, max) => {
  expect([min, max].map((value) => read(name, String(value)))).toEqual([min, max]);
  for (const text of [String(min - 1), String(max + 1), `${min}.5`, ` ${min}`, `+${min}`, '', 'x', '1e3'])
    expect([text, read(name, text)]).toEqual([text, undefined]);
  expect(stageSettings[name].mustBe).toMatch(new RegExp(` from ${min} to ${max}$`));
});

test.each<[name: Name, text: string, value: unknown]>([
  ['stage', 'a', 'a'],
  ['stage', 'prod2', 'prod2'],
  ['stage', 'a234567890123456', 'a234567890123456'],
  ['stage', 'a2345678901234567', undefined],
  ['stage', '2prod', undefined],
  ['stage', 'pre-prod', undefined],
  ['publisherPrincipalArn', 'arn:aws:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/x'],
  ['publisherPrincipalArn', 'role/arn:', undefined],
  ['callbackPorts', '1,65535', [1, 65_535]],
  ['callbackPorts', '0', undefined],
  ['callbackPorts', '65536', undefined],
  ['callbackPorts', '', undefined],
  ['ownHosts', '', []],
  ['ownHosts', 'a-1.example,b.example', ['a-1.example', 'b.example']],
  ['ownHosts', 'A.example', undefined],
  ['ownHosts', 'a.example,', undefined],
  ['receiverVerification', 'off', 'off'],
  ['receiverVerification', 'required', 'required'],
  ['receiverVerification', 'on', undefined],
  ['allowPrivateCallbacks', 'true', true],
  ['allowPrivateCallbacks', 'false', false],
  ['allowPrivateCallbacks', 'TRUE', undefined],
  ['allowPrivateCallbacks', '1', undefined],
  ['corsOrigins', '', []],
  ['corsOrigins', 'https://a.example,http://localhost:1', ['https://a.example', 'http://localhost:1']],
  ['corsOrigins', '*', undefined],
  ['portalFrameAncestors', '', []],
  [
    'portalFrameAncestors',
    'https://a.example,https://b.example:8443',
    ['https://a.example', 'https://b.example:8443'],
  ],
  ['portalFrameAncestors', 'http://localhost:1', undefined],
  ['portalFrameAncestors', 'https://a.example/', undefined],
  ['portalFrameAncestors', 'https://a.example; script-src *', undefined],
])('%s reads %j as %j', (name, text, value) => {
  expect(read(name, text)).toEqual(value);
});

test('the defaults are those of the list, each of which fits', () => {
  const texts = Object.entries(stageSettings).filter(([, { default: value }]) => value !== undefined);

  for (const [name, { default: value }] of texts) {
    expect(defaultSettings).toHaveProperty(name, value);
    expect(read(name as Name, String(value))).toEqual(value);
  }
});

describe('an origin', () => {
  test.each([
    'https://app.iomnihub.example',
    'https://crm.example.com:8443',
    'http://localhost',
    'http://localhost:5173',
    'http://127.0.0.1:5173',
  ])('is %s', (text) => {
    expect(isOrigin(text)).toBe(true);
  });

  test.each([
    '',
    'null',
    'https://',
    'https://app.example/',
    'https://app.example/portal',
    'https://App.example',
    'https://app.example:443',
    'http://localhost:80',
    'https://*.example',
    'https://me@app.example',
    'http://app.example',
    'http://127.0.0.2',
    'ftp://app.example',
    'wss://app.example',
    'app.example',
  ])('is not %j', (text) => {
    expect(isOrigin(text)).toBe(false);
  });
});

test.each([
  [
    1_000,
    {
      delivererTimeoutSeconds: 3,
      claimLeaseMs: 4_000,
      queueMarginSeconds: 4,
      sweepLeaseMs: 20_000,
      sweepSpreadSeconds: 5,
      eventsSettleSeconds: 60,
    },
  ],
  [
    1_001,
    {
      delivererTimeoutSeconds: 4,
      claimLeaseMs: 4_004,
      queueMarginSeconds: 5,
      sweepLeaseMs: 20_020,
      sweepSpreadSeconds: 5,
      eventsSettleSeconds: 60,
    },
  ],
  [
    15_000,
    {
      delivererTimeoutSeconds: 45,
      claimLeaseMs: 60_000,
      queueMarginSeconds: 60,
      sweepLeaseMs: 300_000,
      sweepSpreadSeconds: 55,
      eventsSettleSeconds: 60,
    },
  ],
])('from calls of up to %i ms follow %j', (callbackTimeoutMs, derived) => {
  const settings = { ...defaultSettings, callbackTimeoutMs };

  expect(deriveSettings(settings)).toEqual({ ...settings, ...derived });
});

test.each([
  [2, 50],
  [20, 50],
  [21, 51],
  [120, 150],
])(
  'after a dispatcher of up to %i s, the list of events is settled in %i s',
  (dispatcherTimeoutSeconds, settled) => {
    expect(deriveSettings({ ...defaultSettings, dispatcherTimeoutSeconds }).eventsSettleSeconds).toBe(
      settled,
    );
  },
);

describe('to people', () => {
  const setting = (value: Setting['default'], neverInProduction?: string): Setting => ({
    ...stageSettings.stage,
    default: value,
    summary: 'Does it.',
    ...(neverInProduction ? { neverInProduction } : {}),
  });

  test.each<[Setting['default'], string]>([
    [undefined, 'none'],
    [[], 'none'],
    [[0, 5], '0,5'],
    [false, 'false'],
    [0, '0'],
    ['off', 'off'],
  ])('the default %j is shown as %s', (value, text) => {
    expect(defaultText(setting(value))).toBe(text);
  });

  test('it is said what production must not change, and why', () => {
    expect(explain(setting('x'))).toBe('Does it.');
    expect(explain(setting('x', 'it is risky'))).toBe('Does it. Refused for stage=prod: it is risky.');
  });
});
