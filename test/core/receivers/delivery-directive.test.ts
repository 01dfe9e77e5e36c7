import { expect, test } from '@jest/globals';
import { parseDirective } from '../../../core/receivers/delivery-directive.ts';

test.each([
  [['disable'], 'disable'],
  [['abort-message'], 'abort-message'],
  [[' Disable\t'], 'disable'],
  [['ABORT-MESSAGE'], 'abort-message'],
  [['later', 'abort-message', 'disable'], 'abort-message'],
  [['later, disable,abort-message'], 'disable'],
  [['', ',', 'disable'], 'disable'],
  [[], undefined],
  [[''], undefined],
  [['disabled'], undefined],
  [['disable abort-message'], undefined],
  [['abort_message'], undefined],
] as const)('a receiver that answers with %j asks for %s', (headers, directive) => {
  expect(parseDirective(headers)).toBe(directive);
});
