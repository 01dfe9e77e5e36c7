import { createRequire } from 'node:module';
import type { Test } from '@jest/test-result';
import type * as testSequencer from '@jest/test-sequencer';

// Its types describe the CommonJS module alone.
const { default: Sequencer } = createRequire(import.meta.url)(
  '@jest/test-sequencer',
) as typeof testSequencer.default;

/**
 * What takes longest, longest first: journeys, which wait, and suites that start programs or compile. A checkout that is new
 * knows no durations, and started last, one of them would run alone.
 */
const longest = [
  'functions/api/fuzz',
  'journey/neighbours',
  'scripts/redrive.test',
  'journey/durability',
  'journey/',
  'lib/event-types',
  'contract/new-route',
  'functions/deliverer/hold-place',
  'functions/deliverer/reserve-turn',
  'functions/deliverer/shared-hosts',
  'scripts/publish',
  'lib/stage-setting-entry',
  'local/mistakes',
  'local/synthesis',
  'core/deliveries/delivery-interleavings',
  'client/package',
  'functions/api/subscriptions/verification',
  'functions/order-of-writes',
  'lib/',
];

/** The longest suites first, the others as jest orders them. */
export default class LongestFirst extends Sequencer {
  override async sort(tests: Test[]): Promise<Test[]> {
    const sorted = await super.sort(tests);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ path }: Test): number {
  const [, suite = ''] = path.replaceAll('\\', '/').split('/test/', 2);
  const place = longest.findIndex((start) => suite.startsWith(start));
  return place === -1 ? longest.length : place;
}
