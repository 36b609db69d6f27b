import type { Clock } from '../base/clock.ts';
import { invalidInput } from '../base/errors.ts';
import { checkAddress, openConnection, resolveTarget, type ConnectionParts } from './connection.ts';
import { startDeadline } from './deadline.ts';
import { OutboundError, connectionLost, refused, timedOut } from './errors.ts';
import { StaleConnection, exchange, type Exchange } from './exchange.ts';
import { compilePolicy } from './policy.ts';
import { createPool } from './pool.ts';
import { locationOf, nextHop, type Hop } from './redirect.ts';
import { checkHeaders, checkMethod, repeatable } from './request-headers.ts';
import { createSystemResolver } from './resolver.ts';
import { canonicalAddress } from './special-addresses.ts';
import { parseTarget, parseUrl } from './target.ts';
import type {
  Outbound,
  OutboundPolicy,
  OutboundRequest,
  OutboundResponse,
  Progress,
  Refusal,
  Resolve,
} from './types.ts';

export interface OutboundOptions {
  readonly policy: OutboundPolicy;
  readonly clock: Clock;
  /** Told of every refusal before it is raised, so that it can be put on record. */
  readonly onRefused: (refusal: Refusal) => void | Promise<void>;
  /** How names are resolved; default: as the system does. */
  readonly resolve?: Resolve;
  /** Connections to one host and port at a time; more requests wait in line. Default 256. */
  readonly maxConnectionsPerTarget?: number;
}

const defaults = { connectTimeoutMs: 5000, timeoutMs: 10_000, maxResponseBytes: 64 * 1024 } as const;
const maxTimeoutMs = 600_000;
const maxRedirects = 10;

/**
 * Creates the door for one use under one policy, such as channels or probes.
 *
 * Every connection goes to an address that was checked after the name was resolved for that very
 * connection. Nothing is taken from the environment: proxy variables have no effect.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { policy, clock, onRefused } = options;
  const rules = compilePolicy(policy);
  const parts: ConnectionParts = { rules, clock, resolve: options.resolve ?? createSystemResolver() };
  const pool = createPool(parts, options.maxConnectionsPerTarget ?? 256);

  /** Runs `work`; a refusal is recorded, and a caller's own abort is told apart from a timeout. */
  async function guarded<T>(
    about: { target: string; purpose?: string | undefined },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (error.code === 'outbound_refused' && error.reason !== undefined) {
        await onRefused({
          reason: error.reason,
          message: error.message,
          target: about.target,
          ...(error.address === undefined ? {} : { address: error.address }),
          ...(about.purpose === undefined ? {} : { purpose: about.purpose }),
        });
      }
      throw error;
    }
  }

  async function exchangeOnce(task: Exchange): Promise<OutboundResponse> {
    try {
      return await exchange({ pool, clock }, task);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      const name = `${task.target.host}:${task.target.port}`;
      if (!repeatable(task.method, task.headers)) throw connectionLost(name, 'headers', error.cause);
      // A fresh connection cannot be stale, so this ends after one more attempt.
      return exchange({ pool, clock }, { ...task, reuse: false });
    }
  }

  async function send(request: OutboundRequest): Promise<OutboundResponse> {
    const timeoutMs = limit(request.timeoutMs ?? defaults.timeoutMs, {
      field: 'timeoutMs',
      max: maxTimeoutMs,
    });
    const connectMs = limit(request.connectTimeoutMs ?? defaults.connectTimeoutMs, {
      field: 'connectTimeoutMs',
      max: maxTimeoutMs,
    });
    const follow = Math.min(request.followRedirects ?? 0, maxRedirects);
    const method = checkMethod(request.method ?? 'GET');
    let hop: Hop = {
      target: parseUrl(request.url, rules),
      method,
      headers: checkHeaders(request.headers ?? {}, policy),
      body: request.body,
      publicOnly: false,
    };

    const progress: Progress = { phase: 'connect' };
    const began = clock.monotonic();
    const deadline = startDeadline(timeoutMs, () => timedOut(progress.phase, timeoutMs), request.signal);
    try {
      for (let hops = 0; ; hops += 1) {
        const response = await exchangeOnce({
          ...hop,
          tls: request.tls ?? {},
          connectTimeoutMs: Math.min(connectMs, timeoutMs),
          maxResponseBytes: request.maxResponseBytes ?? defaults.maxResponseBytes,
          onTooLarge: request.onTooLarge ?? 'truncate',
          reuse: request.reuse ?? repeatable(hop.method, hop.headers),
          progress,
          signal: deadline.signal,
        });
        if (locationOf(response) === undefined || (follow === 0 && policy.unfollowedRedirect === 'answer')) {
          return { ...response, timing: { ...response.timing, totalMs: clock.monotonic() - began } };
        }
        if (follow === 0)
          throw refused(
            'redirect',
            `${hop.target.host} answered with a redirect (${response.status}), which is not followed.`,
          );
        if (hops >= follow) throw refused('redirect', `More than ${follow} redirects.`);
        hop = nextHop(hop, response, rules);
        progress.phase = 'connect';
      }
    } finally {
      deadline.clear();
    }
  }

  return {
    request: (request) =>
      guarded({ target: originOf(request.url), purpose: request.purpose }, () => send(request)),

    connect: (request) =>
      guarded({ target: `${request.host}:${request.port}`, purpose: request.purpose }, async () => {
        const target = parseTarget(request, rules);
        return openConnection(parts, {
          target,
          signal: request.signal ?? never,
          timeoutMs: limit(request.timeoutMs ?? defaults.connectTimeoutMs, {
            field: 'timeoutMs',
            max: maxTimeoutMs,
          }),
          progress: { phase: 'connect' },
          ...(request.tls === undefined ? {} : { tls: request.tls }),
        });
      }),

    checkTarget: (request) =>
      guarded({ target: `${request.host}:${request.port}`, purpose: request.purpose }, async () => {
        const target = parseTarget(request, rules);
        const timeoutMs = request.timeoutMs ?? defaults.connectTimeoutMs;
        const deadline = startDeadline(timeoutMs, () => timedOut('dns', timeoutMs), request.signal);
        try {
          const progress: Progress = { phase: 'dns' };
          const addresses = await resolveTarget(parts, {
            target,
            signal: deadline.signal,
            timeoutMs,
            progress,
          });
          return { ...target, addresses };
        } finally {
          deadline.clear();
        }
      }),

    checkUrl(text) {
      const { url, host } = parseUrl(text, rules);
      const address = canonicalAddress(host);
      if (address !== undefined) checkAddress(rules, host, address);
      return url;
    },
    close: () => pool.close(),
  };
}

const never = new AbortController().signal;

function limit(value: number, { field, max }: { readonly field: string; readonly max: number }): number {
  if (Number.isFinite(value) && value > 0 && value <= max) return value;
  throw invalidInput([{ field, message: `It must be more than 0 and at most ${max} ms.` }]);
}

/** Scheme, host and port of an address, for records: what is behind them may be secret. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'an address that is not a URL';
  return parsed.host === '' ? parsed.protocol : `${parsed.protocol}//${parsed.host}`;
}
