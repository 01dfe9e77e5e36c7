import { coldStart } from './cold-start/section.ts';
import { costSection } from './cost/section.ts';
import { delivererSection } from './deliverer/section.ts';
import { dispatcherSection } from './dispatcher/section.ts';
import { endToEnd } from './end-to-end/section.ts';
import { fairness } from './fairness/section.ts';
import { memorySection } from './memory/section.ts';
import { outageSection } from './outage/section.ts';
import type { Section } from './section.ts';

/** All that the bench measures, in the order in which it runs. */
export const sections: readonly Section[] = [
  delivererSection,
  dispatcherSection,
  endToEnd,
  fairness,
  outageSection,
  coldStart,
  costSection,
  memorySection,
];
