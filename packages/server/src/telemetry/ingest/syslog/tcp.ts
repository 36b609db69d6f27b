import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createFraming } from './framing.ts';
import type { SyslogIntake } from './intake.ts';
import { peerName } from './peers.ts';
import { messageBytes, type SyslogListener } from './types.ts';
import type { Listening } from './udp.ts';

const mostConnections = 1_000;
/** A connection that is silent for this long is closed; senders open another. */
const idleMs = 60 * 60_000;
const handshakeMs = 10_000;

/**
 * Listens by TCP (RFC 6587) or TLS (RFC 5425). While records cannot be written nothing more is read, so
 * that senders wait. Raises when the address cannot be had, or the certificate is wrong.
 */
export async function listenTcp(
  listener: SyslogListener,
  parts: { readonly intake: SyslogIntake; readonly allowed: (peer: string) => boolean },
): Promise<Listening> {
  const { intake, allowed } = parts;
  const sockets = new Set<Socket>();
  const working = new Set<Promise<void>>();

  const follow = (socket: Socket): void => {
    const peer = peerName(socket.remoteAddress);
    if (!allowed(peer)) {
      intake.refuse(peer, { reason: 'unsupported', message: 'This address may not send here.', count: 1 });
      socket.destroy();
      return;
    }
    sockets.add(socket);
    const work = read(socket, peer, intake).finally(() => {
      sockets.delete(socket);
      working.delete(work);
    });
    working.add(work);
  };
  const server = open(listener, follow);
  server.maxConnections = mostConnections;
  server.listen(listener.port, listener.host);
  await once(server, 'listening');
  server.on('error', () => undefined);

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(working);
    },
  };
}

function open(listener: SyslogListener, follow: (socket: Socket) => void): Server {
  if (listener.protocol === 'tcp') return createServer(follow);
  const { tls } = listener;
  if (tls === undefined) throw new Error('A listener for TLS needs a certificate and its key.');
  const server = createTlsServer(
    {
      cert: tls.cert,
      key: tls.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMs,
      ...(tls.clientCa === undefined
        ? {}
        : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
    },
    follow,
  );
  // A failed handshake is the peer's affair; without a listener it would end the process.
  server.on('tlsClientError', () => undefined);
  return server;
}

/** Reads a connection to its end. A message that is not ended when the connection is, is taken as it is. */
async function read(socket: Socket, peer: string, intake: SyslogIntake): Promise<void> {
  socket.setTimeout(idleMs, () => socket.destroy());
  const split = createFraming(messageBytes);
  const take = async (chunk: Buffer): Promise<boolean> => {
    const { messages, tooLong, lost } = split(chunk);
    if (tooLong > 0) {
      const message = `A message may have ${messageBytes} bytes.`;
      intake.refuse(peer, { reason: 'too_large', message, count: tooLong });
    }
    if (messages.length > 0) await intake.take(messages, peer, true);
    if (lost) {
      intake.refuse(peer, {
        reason: 'unreadable',
        message: 'The stream is not framed as RFC 6587 says.',
        count: 1,
      });
    }
    return !lost;
  };
  try {
    for await (const chunk of socket) {
      if (!(await take(chunk as Buffer))) {
        socket.destroy();
        return;
      }
    }
    await take(Buffer.from('\n'));
  } catch {
    // The connection broke: what it brought whole is kept.
  }
}
