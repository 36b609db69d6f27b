import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Phase, RefusalReason } from './errors.ts';
import type { PeerFacts } from './certificate.ts';

/**
 * Outbound: the one door for every connection that Custos opens on somebody's behalf.
 *
 * - policy: what one use (channels, probes) may reach; fixed when its door is made
 * - target: a host and a port, after the spelling tricks have been taken out
 * - internal: a host, an address or a range in private space that an operator has listed as meant
 * - refusal: a request that the policy stopped; the target was not contacted
 * - hop: one request of a chain of redirects
 */

/** Ports, each alone or as a range of first and last. */
export type PortRule = 'any' | readonly (number | readonly [number, number])[];

export interface OutboundPolicy {
  /** Plain `http:` is refused unless this is set. */
  readonly allowHttp: boolean;
  /** Hosts that may be reached: a name, an address, or `*.suffix` for every name below a suffix. */
  readonly hosts: readonly string[];
  /** What an empty `hosts` means: any public host, or nothing but what `internal` lists. */
  readonly emptyHosts: 'any' | 'none';
  /**
   * What may be reached in private space: a name, `*.suffix`, an address, a CIDR range, or the word
   * `private` for all of RFC 1918, loopback, shared (RFC 6598) and unique local space.
   *
   * Link-local, reserved and multicast space opens only to a range that covers it, and the metadata
   * addresses of cloud providers only to that very address. Names listed here need not stand in `hosts`.
   */
  readonly internal: readonly string[];
  /** Ports open to HTTP requests. */
  readonly httpPorts: PortRule;
  /** Ports open to bare connections (SMTP, database probes). */
  readonly tcpPorts: PortRule;
  /** Whether a request may name another host in its `Host` header than the one it connects to. */
  readonly allowHostHeader: boolean;
  /** Whether a request may switch the verification of certificates off. */
  readonly allowUnverifiedTls: boolean;
  /** What a redirect means to a request that does not follow: an ordinary answer, or a refusal. */
  readonly unfollowedRedirect: 'answer' | 'refuse';
}

export interface TlsRequest {
  /** Default true. False needs the policy's `allowUnverifiedTls`. */
  readonly rejectUnauthorized?: boolean;
  /** PEM certificates to trust instead of the built-in list. */
  readonly ca?: string;
  /** PEM client certificate and key. */
  readonly cert?: string;
  readonly key?: string;
  /** Name for SNI and for the certificate check; default: the host. Never changes the address. */
  readonly servername?: string;
}

export interface OutboundRequest {
  readonly url: string;
  /** Default GET. CONNECT and TRACE are refused. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For everything together: name, connection, answer, redirects. Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** For name, TCP and TLS together. Default 5,000 ms, and never more than `timeoutMs`. */
  readonly connectTimeoutMs?: number;
  /** Default 64 KiB. Reading stops there and the connection is destroyed. */
  readonly maxResponseBytes?: number;
  /** What a longer answer means. Default `truncate`. */
  readonly onTooLarge?: 'truncate' | 'error';
  /** How many redirects to follow, 0 to 10. Default 0. */
  readonly followRedirects?: number;
  readonly tls?: TlsRequest;
  /**
   * Whether an idle connection may carry this request. Default: when it can be repeated without harm,
   * that is a method idempotent by RFC 9110 section 9.2.2 or an `Idempotency-Key` header.
   */
  readonly reuse?: boolean;
  readonly signal?: AbortSignal;
  /** Who asks, such as `channel chn_1`; goes into the record of a refusal. */
  readonly purpose?: string;
}

/** All in milliseconds. On a reused connection the first three are 0. */
interface RequestTiming {
  readonly dnsMs: number;
  readonly connectMs: number;
  readonly tlsMs: number;
  /** From the connection being ready to the answer's headers. */
  readonly firstByteMs: number;
  /** From the call to the end of the body, redirects included. */
  readonly totalMs: number;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; a repeated header is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** True when the body was longer than the cap and was cut there. */
  readonly truncated: boolean;
  readonly timing: RequestTiming;
  /** The address that answered. */
  readonly address: string;
  /** Whether a connection from an earlier request was used. */
  readonly reused: boolean;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly tls?: PeerFacts;
}

interface ConnectRequest {
  readonly host: string;
  readonly port: number;
  /** For name, TCP and TLS together. Default 5,000 ms. */
  readonly timeoutMs?: number;
  /** Present: a TLS session is made on the connection. */
  readonly tls?: TlsRequest & { readonly alpnProtocols?: readonly string[] };
  readonly signal?: AbortSignal;
  readonly purpose?: string;
}

export interface Connection {
  readonly socket: Socket | TLSSocket;
  readonly address: string;
  readonly timing: { readonly dnsMs: number; readonly connectMs: number; readonly tlsMs: number };
  readonly tls?: PeerFacts;
}

/** A target whose every address passed the policy. Connect to `addresses`, not to the name again. */
interface CheckedTarget {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

interface TargetRequest {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly purpose?: string;
}

/** What is told of a refusal. It holds no path, query or header: those may carry secrets. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
  /** Such as `https://hooks.example.com:8443`, or `host:port` for a bare connection. */
  readonly target: string;
  readonly address?: string;
  readonly purpose?: string;
}

/** Finds the addresses of a name. Errors carry the code of the system's resolver, such as `ENOTFOUND`. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Where a request stands, for the message of a timeout. */
export interface Progress {
  phase: Phase;
}

export interface Outbound {
  /** Makes one HTTP request under the policy. Raises `OutboundError`. */
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** Opens a TCP or TLS connection under the policy; the caller owns and ends the socket. */
  connect(request: ConnectRequest): Promise<Connection>;
  /** Resolves a target and checks every address, without connecting. */
  checkTarget(request: TargetRequest): Promise<CheckedTarget>;
  /** Checks what can be checked of an address without asking the network, for use when it is saved. */
  checkUrl(url: string): URL;
  /** Ends idle connections and refuses nothing: a later request opens new ones. */
  close(): void;
}
