import { expect, test } from '@jest/globals';
import { createLineLimit } from '../../local/line-limit.ts';

function limited(maxLines: number) {
  const printed: string[] = [];
  const windows: (() => void)[] = [];
  const show = createLineLimit({
    maxLines,
    windowMs: 1_000,
    print: (text) => printed.push(text),
    after: (delayMs, callBack) => {
      expect(delayMs).toBe(1_000);
      windows.push(callBack);
    },
  });
  const endWindow = () => windows.shift()?.();
  return { printed, show, endWindow, windows };
}

test('lines up to the limit are printed as they come, and nothing follows', () => {
  const { printed, show, endWindow } = limited(2);
  show({ kind: 'delivered', text: 'a' });
  show({ kind: 'failed', text: 'b' });
  expect(printed).toEqual(['a', 'b']);

  endWindow();

  expect(printed).toEqual(['a', 'b']);
});

test('the lines of a burst are counted by kind when the window ends, and the next window begins anew', () => {
  const { printed, show, endWindow, windows } = limited(2);
  for (let count = 0; count < 1_200; count += 1) show({ kind: 'delivered', text: `d${count}` });
  for (let count = 0; count < 42; count += 1) show({ kind: 'failed', text: `f${count}` });
  expect(printed).toEqual(['d0', 'd1']);
  expect(windows).toHaveLength(1);

  endWindow();
  show({ kind: 'delivered', text: 'later' });

  expect(printed).toEqual(['d0', 'd1', '+ 1,240 more within 1 s: 1,198 delivered, 42 failed', 'later']);
  expect(windows).toHaveLength(1);
});

test('a window without a line ends nothing', () => {
  const { windows } = limited(1);

  expect(windows).toEqual([]);
});
