import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { parseStat, readCpuMicros } from '../../bench/processor-time.ts';

test('the times of a process and of its ended children are read, whatever its name is', () => {
  const stat = '4321 (a ) strange (name) S 77 4321 4321 0 -1 4194560 10 20 30 40 100 50 7 3 20 0 1 0 999';

  expect(parseStat(stat)).toEqual({ parent: 77, micros: (100 + 50 + 7 + 3) * 10_000 });
});

const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('where there is /proc', () => {
  test('the time of a process has that of the processes below it', async () => {
    const busy =
      'const end = Date.now() + 60000; while (process.cpuUsage().user < 300000 && Date.now() < end);';
    const shell = spawn(
      'sh',
      ['-c', `"${process.execPath}" -e '${busy} console.log("done"); setInterval(() => 0, 1000)' & wait`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      },
    );
    try {
      await once(shell.stdout, 'data');

      expect(readCpuMicros(shell.pid ?? 0)).toBeGreaterThanOrEqual(280_000);
    } finally {
      process.kill(-(shell.pid ?? 0), 'SIGKILL');
    }
  });
});
