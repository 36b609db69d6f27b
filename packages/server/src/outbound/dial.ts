import { connect, type Socket } from 'node:net';

/** The wait before the next address is tried beside the first (RFC 8305 section 5). */
const attemptDelayMs = 250;

/** More addresses than this are not tried; a name with hundreds must not open hundreds of sockets. */
const maxAddresses = 6;

const ignore = (): void => undefined;

/** Orders addresses so that the two families take turns, beginning with the first one's (RFC 8305). */
export function interleave(addresses: readonly string[]): readonly string[] {
  const first = addresses.filter((address) => address.includes(':') === addresses[0]?.includes(':'));
  const second = addresses.filter((address) => address.includes(':') !== addresses[0]?.includes(':'));
  const turns: string[] = [];
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    for (const family of [first, second]) {
      const address = family[index];
      if (address !== undefined) turns.push(address);
    }
  }
  return turns;
}

/**
 * Connects to the first of `addresses` that answers. A further address is tried when the one before has
 * failed or has been silent for 250 ms; the losers are closed. Rejects with the first address's error, or
 * with the signal's reason. The addresses are literal: no name is resolved here.
 */
export function dial(
  addresses: readonly string[],
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Promise<{ readonly socket: Socket; readonly address: string }> {
  return new Promise((resolve, reject) => {
    const queue = [...interleave(addresses)].slice(0, maxAddresses);
    const attempts = new Set<Socket>();
    let timer: NodeJS.Timeout | undefined;
    let firstError: Error | undefined;

    const settle = (winner?: Socket): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      queue.length = 0;
      for (const socket of attempts) if (socket !== winner) socket.destroy();
      attempts.clear();
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason as Error);
    };
    const next = (): void => {
      clearTimeout(timer);
      const address = queue.shift();
      if (address === undefined) return;
      const socket = connect({ host: address, port, noDelay: true });
      attempts.add(socket);
      // Stays for the life of the socket: an error between two owners must not end the process.
      socket.on('error', ignore);
      socket.once('connect', () => {
        if (!attempts.has(socket)) return;
        settle(socket);
        resolve({ socket, address });
      });
      socket.once('error', (error) => {
        if (!attempts.delete(socket)) return;
        firstError ??= error;
        if (queue.length > 0) return next();
        if (attempts.size > 0) return;
        settle();
        reject(firstError);
      });
      if (queue.length > 0) timer = setTimeout(next, attemptDelayMs);
    };

    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    next();
  });
}
