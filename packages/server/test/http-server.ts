import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { permissionNames, type Permission } from '@custos/contract';
import type { Identity } from '../src/access/types.ts';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import {
  createServer,
  type HttpServer,
  type ServerOptions,
  type ServerParts,
} from '../src/http/create-server.ts';
import { createEventHub, type LiveEvents } from '../src/http/event-hub.ts';
import type { AuditEntry } from '../src/http/types.ts';

/** An identity for tests; all permissions unless told. */
export function identityOf(userId: string, permissions: readonly Permission[] = permissionNames): Identity {
  return {
    kind: 'user',
    userId,
    name: `User ${userId}`,
    email: `${userId}@example.com`,
    role: 'admin',
    permissions: new Set(permissions),
    sessionId: `ses_${userId}`,
    tokenId: null,
  };
}

export interface TestServer extends HttpServer {
  readonly hub: LiveEvents;
  /** Everything that was audited. */
  readonly audited: AuditEntry[];
  /** Makes the audit log refuse records with these outcomes from now on. */
  refuseAudit(...outcomes: AuditEntry['outcome'][]): void;
}

/**
 * A server with its real parts, on identities that tests hand out: the cookie or token `NAME` is the user
 * NAME with all permissions, and `NAME:permission,permission` has those only.
 */
export async function createTestServer(
  options: Partial<ServerOptions> = {},
  parts: Partial<ServerParts> = {},
): Promise<TestServer> {
  const audited: AuditEntry[] = [];
  let refused: readonly string[] = [];
  const find = async (secret: string): Promise<Identity | undefined> => {
    if (secret.startsWith('unknown')) return undefined;
    const [name = '', list] = secret.split('=');
    return identityOf(name, list === undefined ? permissionNames : (list.split('/') as Permission[]));
  };
  const hub = createEventHub({ broadcast: null, clock: systemClock, node: 'test' });
  const server = await createServer({
    clock: systemClock,
    log: silentLogger,
    hub,
    readiness: [],
    authenticator: {
      bySession: find,
      byApiToken: async (token) => {
        const found = await find(token);
        return found === undefined ? undefined : { ...found, kind: 'token', tokenId: `tok_${found.userId}` };
      },
    },
    audit: {
      append: async (entry) => {
        if (refused.includes(entry.outcome)) throw new Error('the audit log is away');
        audited.push(entry);
      },
    },
    ...parts,
    options: {
      version: '0.0.0-test',
      sessionCookieName: '__Host-custos',
      publicUrl: () => null,
      dashboardDirectory: join(mkdtempSync(join(tmpdir(), 'custos-web-')), 'dist'),
      ...options,
    },
  });
  return {
    ...server,
    hub: parts.hub ?? hub,
    audited,
    refuseAudit: (...outcomes) => {
      refused = outcomes;
    },
  };
}
