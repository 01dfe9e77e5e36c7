import type { StageSettings } from './stage-settings.ts';

interface DerivedSetting {
  /** Explains the length of this time. */
  readonly reason: string;
  readonly derive: (settings: StageSettings) => number;
}

/** How long a request to the API may take. */
export const apiTimeoutSeconds = 20;

/** How long the authorizer may take, for which every request to the API waits. */
export const authorizerTimeoutSeconds = 5;

/** Times that follow from a stage's settings. They cannot be set. Functions read them like settings. */
export const derivedSettings = {
  delivererTimeoutSeconds: {
    reason:
      'Long enough for three calls, one after the other, that use up their whole time. The calls of a batch run in parallel.',
    derive: ({ callbackTimeoutMs }) => Math.ceil((callbackTimeoutMs * 3) / 1_000),
  },
  claimLeaseMs: {
    reason: 'A claim outlives the deliverer that made it.',
    derive: ({ callbackTimeoutMs }) => callbackTimeoutMs * 4,
  },
  queueMarginSeconds: {
    reason: 'A message that carries a retry may come this late. After that the sweeper sends another one.',
    derive: ({ callbackTimeoutMs }) => Math.ceil((callbackTimeoutMs * 4) / 1_000),
  },
  sweepLeaseMs: {
    reason:
      'Even on a busy retry queue, a message of the sweeper is received within this time. If another one were sent before, it would make the first one void.',
    derive: ({ callbackTimeoutMs }) => callbackTimeoutMs * 20,
  },
  sweepSpreadSeconds: {
    reason:
      'A sweep spreads its messages to one subscription over the minute until the next sweep, but over no more than a quarter of the lease.',
    derive: ({ callbackTimeoutMs }) => Math.min(55, Math.floor((callbackTimeoutMs * 5) / 1_000)),
  },
  eventsSettleSeconds: {
    reason:
      'An event is listed by the time just before it was written. Who writes it, the dispatcher or the API, is stopped within its timeout. Half a minute more is for the index and for clocks that differ.',
    derive: ({ dispatcherTimeoutSeconds }) => Math.max(dispatcherTimeoutSeconds, apiTimeoutSeconds) + 30,
  },
} satisfies Record<string, DerivedSetting>;

type DerivedSettings = Readonly<Record<keyof typeof derivedSettings, number>>;

/** What a stack or a function can read: a stage's settings and the times that derive from them. */
export type Settings = StageSettings & DerivedSettings;

export function deriveSettings(settings: StageSettings): Settings {
  const derived = Object.entries(derivedSettings).map(([name, { derive }]) => [name, derive(settings)]);
  return { ...settings, ...(Object.fromEntries(derived) as DerivedSettings) };
}
