import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import type { SyslogIntake } from './intake.ts';
import { peerName } from './peers.ts';
import type { SyslogListener } from './types.ts';

/** An address at which is listened. */
export interface Listening {
  readonly port: number;
  stop(): Promise<void>;
}

/** Datagrams are gathered for this long, so that they share one write to disk. */
const gatherMs = 20;
/** Messages and bytes that wait for their write; what comes beyond is dropped, since nobody can be told. */
const most = { messages: 20_000, bytes: 32 * 1024 * 1024 };

/** Listens by UDP (RFC 5426): a datagram is a message. Raises when the address cannot be had. */
export async function listenUdp(
  listener: SyslogListener,
  parts: {
    readonly intake: SyslogIntake;
    readonly allowed: (peer: string) => boolean;
    readonly clock: Clock;
  },
): Promise<Listening> {
  const { intake, allowed, clock } = parts;
  const socket = createSocket({
    type: isIPv6(listener.host) ? 'udp6' : 'udp4',
    // The system's own buffer is too small for a burst.
    recvBufferSize: 4 * 1024 * 1024,
  });
  let waiting = new Map<string, Buffer[]>();
  let count = 0;
  let bytes = 0;
  let flushing: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    while (count > 0) {
      await clock.sleep(gatherMs);
      const batches = waiting;
      waiting = new Map();
      const taken = { count, bytes };
      await Promise.all([...batches].map(([peer, messages]) => intake.take(messages, peer, false)));
      count -= taken.count;
      bytes -= taken.bytes;
    }
    flushing = undefined;
  };

  socket.on('message', (message, { address }) => {
    const peer = peerName(address);
    if (!allowed(peer)) {
      intake.refuse(peer, { reason: 'unsupported', message: 'This address may not send here.', count: 1 });
      return;
    }
    if (count >= most.messages || bytes + message.length > most.bytes) {
      intake.refuse(peer, {
        reason: 'rate_limited',
        message: 'Datagrams come faster than they can be kept.',
        count: 1,
      });
      return;
    }
    const list = waiting.get(peer);
    if (list === undefined) waiting.set(peer, [message]);
    else list.push(message);
    count += 1;
    bytes += message.length;
    flushing ??= flush();
  });
  socket.bind(listener.port, listener.host);
  await once(socket, 'listening');
  socket.on('error', () => undefined);
  const { port } = socket.address();

  return {
    port,
    async stop() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
      await flushing;
    },
  };
}
