import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { OutboundError, brokenProtocol, connectionLost, systemCode, tooLarge } from './errors.ts';
import type { Pool, PooledOptions } from './pool.ts';
import type { UrlTarget } from './target.ts';
import type { OutboundResponse, Progress, TlsRequest } from './types.ts';

/** The answer's headers together may have this many bytes; Node refuses more. */
const maxHeaderBytes = 16 * 1024;

/** One request to one target, everything checked and settled. */
export interface Exchange {
  readonly target: UrlTarget;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly tls: TlsRequest;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  readonly onTooLarge: 'truncate' | 'error';
  readonly publicOnly: boolean;
  /** Whether an idle connection may be used. */
  readonly reuse: boolean;
  readonly progress: Progress;
  /** Aborts with the reason that is to be raised. */
  readonly signal: AbortSignal;
}

/** Raised inside the module when an idle connection had died before the request reached its target. */
export class StaleConnection extends Error {}

export interface ExchangeParts {
  readonly pool: Pool;
  readonly clock: Clock;
}

/** Sends one request and reads its answer up to the cap. */
export function exchange({ pool, clock }: ExchangeParts, task: Exchange): Promise<OutboundResponse> {
  const { target, progress, signal, tls } = task;
  const name = `${target.host}:${target.port}`;

  return new Promise((resolve, reject) => {
    const began = clock.monotonic();
    let ready = began;
    let request: ClientRequest | undefined;
    let settled = false;

    const finish = (act: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const fail = (error: unknown): void =>
      finish(() => {
        reject(toOutboundError(error, { name, progress, stale: request?.reusedSocket === true }));
        request?.destroy();
      });
    const onAbort = (): void => fail(signal.reason);

    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });

    const servername = tls.servername ?? target.host;
    const options: PooledOptions = {
      method: task.method,
      host: target.host,
      port: target.port,
      path: `${target.url.pathname}${target.url.search}`,
      headers: { host: target.url.host, 'accept-encoding': 'identity', ...task.headers, ...lengthOf(task) },
      agent: pool.agent(target.secure, !task.reuse),
      maxHeaderSize: maxHeaderBytes,
      insecureHTTPParser: false,
      // Parts of the key under which the pool keeps a connection.
      ...(target.secure ? { ...tls, servername: isIP(servername) === 0 ? servername : '' } : {}),
      task: {
        target,
        signal,
        timeoutMs: task.connectTimeoutMs,
        publicOnly: task.publicOnly,
        progress,
        ...(target.secure ? { tls: { ...tls, alpnProtocols: ['http/1.1'] } } : {}),
      },
    };

    const receive = (response: IncomingMessage): void => {
      const answered = clock.monotonic();
      progress.phase = 'body';
      const chunks: Buffer[] = [];
      let size = 0;
      const facts = pool.factsOf(response.socket);
      const reused = request?.reusedSocket === true;

      const succeed = (truncated: boolean): void =>
        finish(() => {
          const first = reused || facts === undefined ? { dnsMs: 0, connectMs: 0, tlsMs: 0 } : facts.timing;
          resolve({
            status: response.statusCode ?? 0,
            headers: flatten(response),
            body: Buffer.concat(chunks),
            truncated,
            timing: { ...first, firstByteMs: answered - ready, totalMs: clock.monotonic() - began },
            address: facts?.address ?? '',
            reused,
            url: target.url.href,
            ...(facts?.tls === undefined ? {} : { tls: facts.tls }),
          });
          if (truncated) request?.destroy();
        });

      response.on('data', (chunk: Buffer) => {
        if (settled) return;
        const room = task.maxResponseBytes - size;
        if (chunk.length <= room) {
          size += chunk.length;
          chunks.push(chunk);
          return;
        }
        if (task.onTooLarge === 'error') return fail(tooLarge(name, task.maxResponseBytes));
        // Copied, for the slice would hold on to the whole network buffer.
        chunks.push(Buffer.from(chunk.subarray(0, room)));
        succeed(true);
      });
      response.on('end', () => succeed(false));
      response.on('error', fail);
      response.on('close', () => fail(new Error('closed before the end of the answer')));
    };

    request = (target.secure ? requestHttps : requestHttp)(options, receive);
    request.on('error', fail);
    // An answer that switches protocols (101) ends the connection without an answer and without an error.
    request.on('close', () => {
      if (progress.phase !== 'body') fail(new Error('closed without an answer'));
    });
    request.on('socket', () => {
      ready = clock.monotonic();
      if (progress.phase !== 'body') progress.phase = 'headers';
    });
    request.end(task.body);
  });
}

/** Methods with a body always say its length, so that nothing is sent in chunks. */
function lengthOf({ method, body }: Exchange): { 'content-length'?: string } {
  if (body === undefined) return ['POST', 'PUT', 'PATCH'].includes(method) ? { 'content-length': '0' } : {};
  return { 'content-length': String(Buffer.byteLength(body)) };
}

function flatten(response: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function toOutboundError(
  error: unknown,
  { name, progress, stale }: { readonly name: string; readonly progress: Progress; readonly stale: boolean },
): Error {
  if (error instanceof OutboundError) return error;
  if (systemCode(error)?.startsWith('HPE_') === true) return brokenProtocol(name, error);
  if (stale && progress.phase === 'headers') return new StaleConnection('stale', { cause: error });
  return connectionLost(name, progress.phase, error);
}
