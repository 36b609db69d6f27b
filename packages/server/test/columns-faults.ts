import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy in front of an engine that can drop answers after the engine has done the work. */
export interface LossyProxy {
  readonly port: number;
  /** Drops the answers to the next `count` inserts into the table. */
  loseAnswers(count: number): void;
  /** Answers that were dropped so far. */
  lost(): number;
  close(): Promise<void>;
}

export async function startLossyProxy(target: string, table = 'probe_result'): Promise<LossyProxy> {
  let toLose = 0;
  let lost = 0;
  const server: Server = createServer((incoming, outgoing) => {
    const forward = request(
      `${target}${incoming.url}`,
      { method: incoming.method ?? 'GET', headers: incoming.headers },
      (answer) => {
        if (toLose > 0 && (incoming.url ?? '').includes(`INSERT+INTO+${table}`)) {
          toLose -= 1;
          lost += 1;
          answer.resume();
          outgoing.destroy();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => outgoing.destroy());
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswers: (count) => void (toLose = count),
    lost: () => lost,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A launcher under which a program sees a small file system of its own at `path`, by a mount namespace;
 * needs no root where users may have namespaces. `undefined` where that is not allowed.
 */
export function smallDisk(path: string, megabytes: number): readonly string[] | undefined {
  const script = `mkdir -p "$0" && mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && exec "$@"`;
  const launcher = ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, path];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  const { status } = spawnSync('unshare', [...launcher.slice(1), 'true'], { stdio: 'ignore', env });
  return status === 0 ? launcher : undefined;
}

/** Writes a file until the disk takes no more. */
export function fillDisk(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size, 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
