import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { readPeer } from './certificate.ts';
import { orAbort, startDeadline } from './deadline.ts';
import { dial } from './dial.ts';
import { OutboundError, notConnected, refused, timedOut, tlsFailed, unresolved } from './errors.ts';
import type { Rules } from './policy.ts';
import { canonicalAddress } from './special-addresses.ts';
import type { Target } from './target.ts';
import type { Connection, Progress, Resolve, TlsRequest } from './types.ts';

export interface ConnectionParts {
  readonly rules: Rules;
  readonly resolve: Resolve;
  readonly clock: Clock;
}

export interface ConnectionTask {
  readonly target: Target;
  readonly signal: AbortSignal;
  /** For name, TCP and TLS together. */
  readonly timeoutMs: number;
  readonly tls?: TlsRequest & { readonly alpnProtocols?: readonly string[] };
  /** Only public addresses, whatever is listed as internal: for redirects that come from outside. */
  readonly publicOnly?: boolean;
  readonly progress: Progress;
}

const ignore = (): void => undefined;

/**
 * Finds every address of the target and checks each one. One address that may not be reached refuses the
 * whole answer, for a name that leads to a public and a private address at once is a trap.
 */
export async function resolveTarget(
  parts: ConnectionParts,
  task: ConnectionTask,
): Promise<readonly string[]> {
  const { host } = task.target;
  const literal = canonicalAddress(host);
  const addresses = literal === undefined ? await lookUp(parts.resolve, task) : [literal];
  for (const address of addresses) {
    if (task.publicOnly !== true) checkAddress(parts.rules, host, address);
    else if (!parts.rules.isPublic(address)) throw notPublic(host, address);
  }
  return addresses;
}

/** Refuses an address that is neither public nor listed as internal. */
export function checkAddress(rules: Rules, host: string, address: string): void {
  if (!rules.allowsAddress(host, address)) throw notPublic(host, address);
}

const notPublic = (host: string, address: string): OutboundError =>
  refused(
    'private_address',
    `${host === address ? `The address ${address} is` : `The host ${host} leads to ${address}, which is`} not public and is not listed as internal (under Settings, or as network.internal in the configuration file).`,
    address,
  );

async function lookUp(resolve: Resolve, { target, signal }: ConnectionTask): Promise<readonly string[]> {
  let answers: readonly string[];
  try {
    answers = await orAbort(resolve(target.host), signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw unresolved(target.host, error);
  }
  const addresses: string[] = [];
  for (const answer of answers) {
    // A zone ("fe80::1%eth0") says which interface; the address alone says that it may not be reached.
    const address = canonicalAddress(answer.split('%')[0] ?? '');
    if (address === undefined) throw unresolved(target.host, new Error(`"${answer}" is not an address`));
    if (!addresses.includes(address)) addresses.push(address);
  }
  if (addresses.length === 0) throw unresolved(target.host, new Error('no address'));
  return addresses;
}

/**
 * Opens a connection: resolve, check, connect to what was checked, and make a TLS session under the
 * target's own name. Between the check and the connection no name is resolved again, so a name server
 * that changes its answer gains nothing.
 */
export async function openConnection(parts: ConnectionParts, task: ConnectionTask): Promise<Connection> {
  const { target, progress, tls } = task;
  const { clock, rules } = parts;
  if (tls?.rejectUnauthorized === false && !rules.policy.allowUnverifiedTls) {
    throw refused('unverified_tls', 'The verification of certificates may not be switched off here.');
  }

  const deadline = startDeadline(task.timeoutMs, () => timedOut(progress.phase, task.timeoutMs), task.signal);
  const name = `${target.host}:${target.port}`;
  let socket: Socket | undefined;
  try {
    const began = clock.monotonic();
    progress.phase = 'dns';
    const addresses = await resolveTarget(parts, { ...task, signal: deadline.signal });
    const resolved = clock.monotonic();
    progress.phase = 'connect';
    const dialled = await dial(addresses, { port: target.port, signal: deadline.signal }).catch(
      (error: unknown) => {
        throw deadline.signal.aborted ? (deadline.signal.reason as Error) : notConnected(name, error);
      },
    );
    socket = dialled.socket;
    const connected = clock.monotonic();
    const timing = { dnsMs: resolved - began, connectMs: connected - resolved, tlsMs: 0 };
    if (tls === undefined) return { socket, address: dialled.address, timing };

    progress.phase = 'tls';
    const secure = await handshake(socket, { ...task, tls, signal: deadline.signal });
    const peer = readPeer(secure);
    return {
      socket: secure,
      address: dialled.address,
      timing: { ...timing, tlsMs: clock.monotonic() - connected },
      ...(peer === undefined ? {} : { tls: peer }),
    };
  } catch (error) {
    socket?.destroy();
    if (error instanceof OutboundError) throw error;
    throw deadline.signal.aborted ? deadline.signal.reason : notConnected(name, error);
  } finally {
    deadline.clear();
  }
}

function handshake(
  socket: Socket,
  { target, tls, signal }: ConnectionTask & { readonly tls: NonNullable<ConnectionTask['tls']> },
): Promise<TLSSocket> {
  const name = tls.servername ?? target.host;
  const options: ConnectionOptions = {
    socket,
    host: name,
    // An address is no server name (RFC 6066 section 3); the certificate is then checked for the address.
    servername: isIP(name) === 0 ? name : '',
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
    minVersion: 'TLSv1.2',
    ...(tls.alpnProtocols === undefined ? {} : { ALPNProtocols: [...tls.alpnProtocols] }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      reject(tlsFailed(`${target.host}:${target.port}`, error));
    };
    const onAbort = (): void => {
      reject(signal.reason as Error);
      socket.destroy();
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    let secure: TLSSocket;
    try {
      secure = connectTls(options);
    } catch (error) {
      return fail(error);
    }
    secure.on('error', ignore);
    secure.once('error', fail);
    secure.once('close', () => fail(new Error('closed during the handshake')));
    secure.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(secure);
    });
  });
}
