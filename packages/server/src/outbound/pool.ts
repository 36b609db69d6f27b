import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { messageOf } from '../base/errors.ts';
import { openConnection, type ConnectionParts, type ConnectionTask } from './connection.ts';
import type { Connection } from './types.ts';

/** What rides through Node's agent to the place where the connection is made. */
export interface PooledOptions extends RequestOptions {
  readonly task: ConnectionTask;
}

type Made = (error: Error | null, socket: Duplex) => void;

export interface Pool {
  /** The agent for a scheme; `fresh` ones never hand out a connection that was used before. */
  agent(secure: boolean, fresh: boolean): HttpAgent;
  /** How a connection of this pool came to be. */
  factsOf(socket: Duplex): Omit<Connection, 'socket'> | undefined;
  close(): void;
}

/** Idle connections end before most servers (5 s in Node, 5 s in Apache) end them from their side. */
const idleMs = 4000;

/**
 * Connections older than this are not kept, so that a name that has moved, a certificate that was
 * replaced and a resolver that has died are noticed.
 */
const maxAgeMs = 60_000;

/**
 * Makes the pool of one policy: connections to addresses that passed the check when they were made, kept
 * by host, port, TLS settings and strictness. Pools are never shared between policies.
 */
export function createPool(parts: ConnectionParts, maxConnectionsPerTarget: number): Pool {
  const facts = new WeakMap<Duplex, Omit<Connection, 'socket'> & { readonly madeAt: number }>();

  async function make(task: ConnectionTask, done: Made | undefined): Promise<void> {
    try {
      const { socket, ...made } = await openConnection(parts, task);
      facts.set(socket, { ...made, madeAt: parts.clock.monotonic() });
      done?.(null, socket);
    } catch (error) {
      done?.(error instanceof Error ? error : new Error(messageOf(error)), undefined as unknown as Duplex);
    }
  }

  const guard = <A extends HttpAgent>(agent: A): A => {
    agent.createConnection = (options, done) => {
      const { task } = options as unknown as PooledOptions;
      void make(task, done);
      return undefined;
    };

    const nameOf = agent.getName.bind(agent);
    agent.getName = (options) =>
      `${nameOf(options)}:${(options as PooledOptions | undefined)?.task.publicOnly === true ? 'public' : 'listed'}`;

    // Node reads the answer of this method as "may be kept", which its published type leaves out.
    const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
    const keepYoung = (socket: Duplex): boolean => {
      const made = facts.get(socket)?.madeAt ?? 0;
      return parts.clock.monotonic() - made < maxAgeMs && keep(socket);
    };
    agent.keepSocketAlive = keepYoung as typeof agent.keepSocketAlive;
    return agent;
  };

  const kept = { keepAlive: true, timeout: idleMs, maxSockets: maxConnectionsPerTarget, maxFreeSockets: 64 };
  const agents = {
    keptHttp: guard(new HttpAgent(kept)),
    keptHttps: guard(new HttpsAgent(kept)),
    freshHttp: guard(new HttpAgent({ keepAlive: false })),
    freshHttps: guard(new HttpsAgent({ keepAlive: false })),
  };

  return {
    agent(secure, fresh) {
      if (fresh) return secure ? agents.freshHttps : agents.freshHttp;
      return secure ? agents.keptHttps : agents.keptHttp;
    },
    factsOf: (socket) => facts.get(socket),
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
