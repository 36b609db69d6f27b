import type { AddressInfo } from 'node:net';
import { openEngine } from './engine.ts';
import { createHttp } from './http.ts';
import type { ChildStart, FromChild, ToChild } from './messages.ts';

/** The columns child: one process that holds the embedded engine and serves it on loopback. */
function tell(message: FromChild): void {
  process.send?.(message);
}

/** No goodbye: what was acknowledged is on disk, and a native call must not keep a dead parent's child. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

let shutDown = (): void => process.exit(0);

function start(options: ChildStart): void {
  try {
    const engine = openEngine(options);
    const server = createHttp({ engine, ...options });
    server.listen(0, '127.0.0.1', () => {
      tell({ kind: 'listening', port: (server.address() as AddressInfo).port });
    });
    shutDown = () => {
      server.close(() => {
        engine.close();
        process.exit(0);
      });
      server.closeIdleConnections();
    };
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'start') start(message);
  else shutDown();
});
process.on('disconnect', () => {
  if (process.exitCode === undefined) die();
});
// Ctrl-C in a terminal reaches the whole group; the parent decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
