import { expect, test } from '@jest/globals';
import { isOfOtherSource } from '../../../core/events/event-source.ts';
import { operationalTypes } from '../../../core/events/operational-events.ts';
import { envelope } from '../../support/builders.ts';

const ours = '"source":"iomnihub.helpdesk"';

test.each([
  ['that names one', envelope().replace(ours, '"source":"iomnihub.billing"'), true],
  ['that writes ours in another way', envelope().replace(ours, '"source":"IOMNIHUB.helpdesk"'), true],
  ['that names an empty one', envelope().replace(ours, '"source":""'), true],
  ['that names the helpdesk', envelope(), false],
  ['that names this product', envelope({ type: operationalTypes[0] }), false],
  ['that names none', envelope().replace(`${ours},`, ''), false],
  ['that is no JSON', 'x', false],
])('an envelope %s is of another source or not', (_, text, expected) => {
  expect(isOfOtherSource(text)).toBe(expected);
});
