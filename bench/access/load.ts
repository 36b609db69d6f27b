import { connect, type Socket } from 'node:net';

/** A request that is sent over and over, and how it must be answered. */
interface Repeated {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const headEnd = Buffer.from('\r\n\r\n');

/** Bytes of the first whole answer in `received`; 0 while it is not whole. Raises for anything but a 200. */
function wholeAnswer(received: Buffer): number {
  const end = received.indexOf(headEnd);
  if (end < 0) return 0;
  const head = received.subarray(0, end).toString('latin1');
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`answered ${head.split('\r\n', 1).join('')}`);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error('the answer does not say how long it is');
  const whole = end + headEnd.length + Number(length);
  return received.length >= whole ? whole : 0;
}

/** One connection that asks again as soon as it is answered, until `until`; resolves with the answers. */
function ask(request: Buffer, port: number, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    let answers = 0;
    socket.once('connect', () => socket.write(request));
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      try {
        const whole = wholeAnswer(received);
        if (whole === 0) return;
        received = received.subarray(whole);
      } catch (error) {
        socket.destroy();
        reject(error instanceof Error ? error : new Error('the answer cannot be read', { cause: error }));
        return;
      }
      answers += 1;
      if (performance.now() < until) {
        socket.write(request);
      } else {
        socket.destroy();
        resolve(answers);
      }
    });
  });
}

/**
 * Answers per second over kept-alive connections, one request after the other on each. Speaks HTTP/1.1 by
 * hand, since a client that costs as much as the server would measure itself.
 */
export async function requestsPerSecond(
  { port, path, headers = {} }: Repeated,
  { connections, ms }: { readonly connections: number; readonly ms: number },
): Promise<number> {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const request = Buffer.from([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  const begun = performance.now();
  const answers = await Promise.all(
    Array.from({ length: connections }, () => ask(request, port, begun + ms)),
  );
  return answers.reduce((sum, each) => sum + each, 0) / ((performance.now() - begun) / 1000);
}
