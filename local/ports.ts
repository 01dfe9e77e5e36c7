import { createServer } from 'node:net';

/**
 * Throws unless the port can be listened on now. It is known before the stacks are synthesized, which takes seconds.
 * Port 0 stands for any free port.
 */
export async function checkPort(port: number, whatPicksAnother: string): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      { EADDRINUSE: 'is taken', EACCES: 'may not be opened by this user' }[code ?? ''] ?? message;
    throw new Error(`port ${port} ${reason}; ${whatPicksAnother}`, { cause: error });
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}
