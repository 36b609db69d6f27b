import type { CallContext, Identity } from './types.ts';

/** The parts of an HTTP request that this domain looks at. */
interface Incoming {
  readonly id: string;
  readonly ip: string;
  readonly host: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
}

/** Where a request comes from, for sessions and records. */
export function contextOf(request: Incoming): CallContext {
  return {
    address: request.ip,
    device: request.headers['user-agent'] ?? '',
    requestId: request.id,
    host: request.host,
  };
}

/** The identity on a route that is not public. The server has refused everybody else before this. */
export function callerOf(request: { readonly identity: Identity | null }): Identity {
  if (request.identity === null) throw new Error('a route that needs an identity was reached without one');
  return request.identity;
}
