import { createHash } from 'node:crypto';
import type { RoleName } from '@custos/contract';
import type { AuditEvent, AuditLog } from '../audit/types.ts';
import { createManualClock, type ManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { parseSecretKeys } from '../storage/secrets/keys.ts';
import { createSecrets } from '../storage/secrets/service.ts';
import type { State } from '../storage/state/state.ts';
import { createAccess, type Access, type AccessOptions } from './service.ts';
import type { CallContext, Identity, PersonalMessage, SecurityEvent, SignedIn } from './types.ts';

/** A password that the rules take. */
export const goodPassword = 'tram velvet ocean lantern';

/** Argon2id at a cost that tests can afford; what it protects here is thrown away. */
export const cheapHashes = { memoryKib: 64, passes: 1, lanes: 1 } as const;

export const here: CallContext = { address: '192.0.2.1', device: 'Test browser', requestId: 'req_1' };
export const from = (address: string): CallContext => ({ ...here, address });

export interface AccessFixture {
  readonly access: Access;
  readonly clock: ManualClock;
  readonly events: AuditEvent[];
  /** What people were told, in order. */
  readonly told: { readonly email: string; readonly message: PersonalMessage }[];
  /** What those who watch were told. */
  readonly raised: SecurityEvent[];
  /** While true, no audit record can be written. */
  readonly auditFails: { now: boolean };
  /** While true, nobody can be told anything. */
  readonly tellFails: { now: boolean };
  /** Adds a user as the host operator does. */
  addUser(email: string, role: RoleName, password?: string): Promise<string>;
  signIn(email: string, context?: CallContext, password?: string): Promise<SignedIn>;
  /** The identity that the next request of this session has. */
  next(session: SignedIn): Promise<Identity | undefined>;
}

/** Opens access on a store for a test, with a clock and an audit log of its own. */
export async function openAccess(
  state: State,
  options: AccessOptions = { hashCost: cheapHashes },
): Promise<AccessFixture> {
  const clock = createManualClock();
  const events: AuditEvent[] = [];
  const auditFails = { now: false };
  const tellFails = { now: false };
  const told: AccessFixture['told'] = [];
  const raised: SecurityEvent[] = [];
  const key = createHash('sha256').update('a key for tests').digest('base64');
  const audit: AuditLog = {
    async append(event) {
      if (auditFails.now) throw new Error('the audit log is away');
      events.push(event);
    },
  };
  const access = createAccess({
    state,
    clock,
    log: silentLogger,
    audit,
    options,
    secrets: await createSecrets({ state, keys: parseSecretKeys(key, 'test'), clock }),
    publicUrl: () => 'https://custos.example',
    async tell({ email }, message) {
      if (tellFails.now) throw new Error('the mail server is away');
      told.push({ email, message });
    },
    onSecurityEvent: (event) => raised.push(event),
    providerFetch: (url, request) => fetch(url, request),
  });
  await access.start();
  return {
    access,
    clock,
    events,
    auditFails,
    tellFails,
    told,
    raised,
    async addUser(email, role, password = goodPassword) {
      const user = await access.operator.createUser({ email, name: 'Somebody Else', role, password });
      return user.id;
    },
    async signIn(email, context = here, password = goodPassword) {
      const outcome = await access.signIn({ email, password, replaces: null }, context);
      if ('step' in outcome) throw new Error('a second factor is asked for');
      return outcome;
    },
    next: (session) => access.bySession(session.token, here),
  };
}
