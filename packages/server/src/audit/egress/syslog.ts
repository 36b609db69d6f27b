import { once } from 'node:events';
import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { ExportFormat } from '../events/export/format.ts';
import { badDestination, egressFailed } from './errors.ts';
import { octetCounted, syslogMessage } from './syslog-message.ts';
import type { Destination, EgressBatch } from './types.ts';

/** One TCP or TLS connection, made through the outbound door. `Outbound.connect` is one. */
export type EgressConnect = (request: {
  readonly host: string;
  readonly port: number;
  readonly tls?: SyslogTls;
  readonly signal: AbortSignal;
  readonly purpose: string;
}) => Promise<{ readonly socket: Socket }>;

export interface SyslogTls {
  /** PEM certificates to trust instead of the built-in list. */
  readonly ca?: string;
  /** PEM client certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

export interface SyslogOptions {
  readonly host: string;
  /** 6514 is that of syslog over TLS (RFC 5425), 601 that over TCP (RFC 6587). */
  readonly port: number;
  /** Present: TLS. */
  readonly tls?: SyslogTls;
  /** What stands in the message: a format of one line per event, such as `cef` or `ndjson`. */
  readonly format: ExportFormat;
  /** HOSTNAME of the messages. */
  readonly hostname: string;
  /** IANA private enterprise number of the structured data. Default 32473, which RFC 5612 gives to examples. */
  readonly enterpriseNumber?: number;
  readonly connect: EgressConnect;
  /** Default 1,000. */
  readonly maxEvents?: number;
  /** Default 1,000 ms. */
  readonly pauseMs?: number;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

const maxBytes = 8 * 1024 * 1024;

/** Settles when the peer has read our end of the stream and closed its own, or the connection broke. */
function watchEnd(socket: Socket): Promise<void> {
  let isOurEndSent = false;
  socket.once('finish', () => (isOurEndSent = true));
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => reject(egressFailed(messageOf(error), { cause: error })));
    socket.once('end', () => {
      if (isOurEndSent) resolve();
      else reject(egressFailed('The receiver closed the connection before it had the whole batch.'));
    });
    socket.once('close', () => reject(egressFailed('The connection broke before the receiver closed it.')));
  });
}

/**
 * Batches as syslog messages over TCP or TLS with octet counting (RFC 5424, 5425, 6587).
 *
 * Syslog has no acknowledgement. The nearest thing to one is the end of the connection: each batch has a
 * connection of its own, our end is closed after the last message, and the batch counts as received when
 * the receiver, having read up to there, closes its end without an error. Over UDP there is not even that,
 * so it is not offered.
 */
export function createSyslogDestination(options: SyslogOptions): Destination {
  const { host, port, tls, format, hostname, enterpriseNumber = 32_473, connect } = options;
  const { maxEvents = 1000, pauseMs = 1000, timeoutMs = 30_000 } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw badDestination('port', 'must be a whole number from 1 to 65,535');
  }
  if (format.name === 'csv') throw badDestination('format', 'must be of one line per event; csv has a head');
  const identity = { host: hostname, dataId: `custos@${enterpriseNumber}` };

  async function* messages(batch: EgressBatch): AsyncGenerator<Buffer> {
    for await (const exported of batch.events()) {
      let payload = '';
      for await (const part of format.write([exported])) payload += part;
      yield octetCounted(syslogMessage(exported, payload.trimEnd(), identity));
    }
  }

  return {
    kind: 'syslog',
    batch: { maxEvents, maxBytes },
    pauseMs,
    timeoutMs,
    async send(batch, signal) {
      const purpose = `audit egress ${batch.destination}`;
      const { socket } = await connect({
        host,
        port,
        ...(tls === undefined ? {} : { tls }),
        signal,
        purpose,
      });
      const ended = watchEnd(socket);
      ended.catch(() => undefined);
      const leave = (): void => void socket.destroy();
      signal.addEventListener('abort', leave);
      try {
        signal.throwIfAborted();
        socket.resume(); // What a receiver says is of no use, but unread it would hide its end.
        for await (const message of messages(batch)) {
          signal.throwIfAborted();
          // A broken connection never drains: its end comes first.
          if (!socket.write(message)) await Promise.race([once(socket, 'drain', { signal }), ended]);
        }
        socket.end();
        await ended;
      } finally {
        signal.removeEventListener('abort', leave);
        socket.destroy();
      }
    },
  };
}
