/**
 * Words of this door.
 *
 * - **listener**: an address at which messages are taken, by UDP, TCP or TLS.
 * - **peer**: who sends, by network address.
 * - **frame**: one message with what separates it from the next in a stream (RFC 6587, RFC 5425).
 */

export interface SyslogListener {
  readonly protocol: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Addresses and networks (CIDR) that may send; nobody else is listened to. */
  readonly allow: readonly string[];
  /** PEM; mandatory for `tls`. With `clientCa`, senders must show a certificate of it. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

/** What is known of a message beside its text. */
export interface Arrival {
  /** When it came in, ms since the epoch. */
  readonly at: number;
  readonly peer: string;
}

/** Bytes of one message; RFC 5424 asks for 2,048 at least. What is longer is refused. */
export const messageBytes = 128 * 1024;
