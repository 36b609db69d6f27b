import { connect, createServer, type Socket } from 'node:net';

/** A wire between a client and a server that a test can cut. */
export interface TcpCutter {
  readonly port: number;
  /** From now on every connection breaks when it has carried this many bytes to the server; null: none. */
  cutUploadsAfter(bytes: number | null): void;
  /** From now on every connection breaks when it has carried this many bytes back; null: none. */
  cutDownloadsAfter(bytes: number | null): void;
  /** The next `count` times that the server answers a request of this method, nobody hears it. */
  loseAnswersTo(method: string, count: number): void;
  cuts(): number;
  close(): Promise<void>;
}

/** Opens a wire on loopback to a server on loopback. */
export async function openTcpCutter(target: number): Promise<TcpCutter> {
  let upLimit: number | null = null;
  let downLimit: number | null = null;
  let lose = { method: '', count: 0 };
  let cuts = 0;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const cut = (): void => {
      cuts += 1;
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    let up = 0;
    let down = 0;
    let method = '';
    client.on('data', (bytes: Buffer) => {
      if (upLimit !== null && up + bytes.length > upLimit) {
        upstream.write(bytes.subarray(0, upLimit - up));
        return cut();
      }
      method = /^([A-Z]+) \//.exec(bytes.subarray(0, 20).toString('latin1'))?.[1] ?? method;
      up += bytes.length;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => {
      if (lose.count > 0 && method === lose.method && !bytes.includes('100 Continue')) {
        lose.count -= 1;
        return cut();
      }
      if (downLimit !== null && down + bytes.length > downLimit) {
        client.write(bytes.subarray(0, downLimit - down));
        return cut();
      }
      down += bytes.length;
      client.write(bytes);
    });
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as { port: number }).port,
    cutUploadsAfter: (bytes) => void (upLimit = bytes),
    cutDownloadsAfter: (bytes) => void (downLimit = bytes),
    loseAnswersTo: (method, count) => void (lose = { method, count }),
    cuts: () => cuts,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
