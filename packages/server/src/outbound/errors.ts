import { CustosError, messageOf } from '../base/errors.ts';

export type OutboundCode =
  | 'outbound_refused'
  | 'outbound_timeout'
  | 'outbound_dns'
  | 'outbound_connect'
  | 'outbound_tls'
  | 'outbound_protocol'
  | 'outbound_aborted'
  | 'response_too_large';

/** Why a policy stopped a request. */
export type RefusalReason =
  | 'invalid_url'
  | 'scheme'
  | 'credentials'
  | 'host_not_allowed'
  | 'port'
  | 'private_address'
  | 'redirect'
  | 'method'
  | 'header'
  | 'unverified_tls';

/** The part of a request that was under way. */
export type Phase = 'dns' | 'connect' | 'tls' | 'headers' | 'body';

export interface OutboundErrorOptions {
  readonly reason?: RefusalReason;
  readonly phase?: Phase;
  readonly address?: string;
  readonly cause?: unknown;
  readonly retryable: boolean;
  readonly ownNetwork?: boolean;
}

const statuses: Readonly<Record<OutboundCode, number>> = {
  outbound_refused: 422,
  outbound_timeout: 504,
  outbound_dns: 502,
  outbound_connect: 502,
  outbound_tls: 502,
  outbound_protocol: 502,
  outbound_aborted: 503,
  response_too_large: 502,
};

/** A request that brought no answer. The message names host and cause, never a path, query or header. */
export class OutboundError extends CustosError {
  declare readonly code: OutboundCode;
  /** With `outbound_refused`: which rule. */
  readonly reason: RefusalReason | undefined;
  /** With `outbound_timeout` and failures under way: how far it had come. */
  readonly phase: Phase | undefined;
  /** The address at fault, where one is known. */
  readonly address: string | undefined;
  /** The system's or OpenSSL's own code, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly causeCode: string | undefined;
  /** Whether the same request may well succeed later. */
  readonly retryable: boolean;
  /** Whether the fault may lie with this host: a name was not resolved, or there is no route. */
  readonly ownNetwork: boolean;

  constructor(code: OutboundCode, message: string, options: OutboundErrorOptions) {
    super(code, message, { status: statuses[code], cause: options.cause });
    this.name = 'OutboundError';
    this.reason = options.reason;
    this.phase = options.phase;
    this.address = options.address;
    this.causeCode = systemCode(options.cause);
    this.retryable = options.retryable;
    this.ownNetwork = options.ownNetwork ?? false;
  }
}

/** The code that Node puts on errors of the system, the resolver, OpenSSL and the HTTP parser. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function refused(reason: RefusalReason, message: string, address?: string): OutboundError {
  return new OutboundError('outbound_refused', message, {
    reason,
    retryable: false,
    ...(address === undefined ? {} : { address }),
  });
}

export function timedOut(phase: Phase, afterMs: number): OutboundError {
  const doing: Record<Phase, string> = {
    dns: 'resolving the name',
    connect: 'connecting',
    tls: 'the TLS handshake',
    headers: 'waiting for the answer',
    body: 'reading the answer',
  };
  return new OutboundError(
    'outbound_timeout',
    `No answer within ${afterMs} ms; stopped while ${doing[phase]}.`,
    {
      phase,
      retryable: true,
      ownNetwork: phase === 'dns',
    },
  );
}

export function unresolved(host: string, cause: unknown): OutboundError {
  const code = systemCode(cause) ?? messageOf(cause);
  return new OutboundError('outbound_dns', `The name ${host} could not be resolved (${code}).`, {
    phase: 'dns',
    cause,
    retryable: true,
    ownNetwork: true,
  });
}

/** Errors that this host raises before a packet reaches the target: no route, no address, no socket left. */
const ownFaults = new Set([
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EPERM',
]);

export function notConnected(target: string, cause: unknown): OutboundError {
  const code = systemCode(cause);
  return new OutboundError('outbound_connect', `No connection to ${target} (${code ?? messageOf(cause)}).`, {
    phase: 'connect',
    cause,
    retryable: true,
    ownNetwork: code !== undefined && ownFaults.has(code),
  });
}

/** Faults of the network during a handshake; every other fault is the certificate's or the protocol's. */
const brokenConnection = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

export function tlsFailed(target: string, cause: unknown): OutboundError {
  const code = systemCode(cause) ?? '';
  return new OutboundError('outbound_tls', `No TLS session with ${target} (${code || messageOf(cause)}).`, {
    phase: 'tls',
    cause,
    retryable: brokenConnection.has(code),
  });
}

export function connectionLost(target: string, phase: Phase, cause: unknown): OutboundError {
  const why = systemCode(cause) ?? messageOf(cause);
  return new OutboundError('outbound_connect', `The connection to ${target} was lost (${why}).`, {
    phase,
    cause,
    retryable: true,
  });
}

export function brokenProtocol(target: string, cause: unknown): OutboundError {
  const code = systemCode(cause);
  const what =
    code === 'HPE_HEADER_OVERFLOW'
      ? 'its headers are too large'
      : `it is not valid HTTP (${code ?? messageOf(cause)})`;
  return new OutboundError('outbound_protocol', `The answer of ${target} was given up: ${what}.`, {
    phase: 'headers',
    cause,
    retryable: true,
  });
}

export function tooLarge(target: string, maxBytes: number): OutboundError {
  return new OutboundError(
    'response_too_large',
    `The answer of ${target} is longer than ${maxBytes} bytes.`,
    {
      phase: 'body',
      retryable: false,
    },
  );
}

export function aborted(cause: unknown): OutboundError {
  return new OutboundError('outbound_aborted', 'The request was called off.', { cause, retryable: true });
}
