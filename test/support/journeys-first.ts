import { createRequire } from 'node:module';
import type { Test } from '@jest/test-result';
import type * as testSequencer from '@jest/test-sequencer';

// Its types describe the CommonJS module alone.
const { default: Sequencer } = createRequire(import.meta.url)(
  '@jest/test-sequencer',
) as typeof testSequencer.default;

/** Journeys spend their time waiting for what happens: started last, they would wait alone. */
export default class JourneysFirst extends Sequencer {
  override async sort(tests: Test[]): Promise<Test[]> {
    const sorted = await super.sort(tests);
    return [...sorted.filter(isJourney), ...sorted.filter((test) => !isJourney(test))];
  }
}

function isJourney({ path }: Test): boolean {
  return /[\\/]test[\\/]journey[\\/]/.test(path);
}
