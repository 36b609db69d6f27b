import { hash, hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { createDatabaseLeafLog } from '../../audit/log/database/leaf-log.ts';
import { openDatabaseLedger } from '../../audit/log/database/ledger.ts';
import type { LeafLog } from '../../audit/log/leaf-log.ts';
import type { Ledger, LedgerOptions } from '../../audit/log/ledger-types.ts';
import { openLedger } from '../../audit/log/ledger.ts';
import { deriveLogKeys, type LogKeys } from '../../audit/log/log-keys.ts';
import { createFileLeafLog } from '../../audit/log/relay/file-leaf-log.ts';
import type { LogDefinition } from '../../audit/log/types.ts';
import { retentionClasses } from '../../audit/events/retention.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Leases } from '../../jobs/types.ts';
import type { SecretKeys, Secrets } from '../../storage/secrets/types.ts';
import type { State } from '../../storage/state/state.ts';
import type { AuditConfiguration } from './config/configuration.ts';
import { resumedOrigins } from './resumed-origins.ts';

/** Under which names and keys the logs of this installation sign. */
export interface LedgerIdentity {
  readonly origin: string;
  readonly logs: readonly LogDefinition[];
  /** 32 bytes from which every key of the ledger follows; kept, sealed, in State. */
  readonly secret: Buffer;
  keysOf(origin: string): LogKeys;
}

const secretName = 'audit/ledger';

/** Names of every log: the built-in ones and those of the configuration. */
export function logNames(audit: AuditConfiguration): string[] {
  return [...retentionClasses, ...audit.logs].map(({ name }) => name);
}

/**
 * Reads the identity, or makes it at the first start. It follows from the installation's key then, so that
 * nodes which start together agree, and stays the same when that key is rotated: a log's key never changes.
 */
export async function ledgerIdentity(request: {
  readonly audit: AuditConfiguration;
  readonly state: State;
  readonly secrets: Secrets;
  readonly keys: SecretKeys;
}): Promise<LedgerIdentity> {
  const { audit, state, secrets, keys } = request;
  const kept = await state.transaction(async (tx) => {
    const known = await secrets.get(secretName, tx);
    if (known !== undefined) return known;
    const derived = hkdfSync('sha256', keys[0].key.export(), '', 'custos ledger secret', 32);
    const made = Buffer.from(derived).toString('base64');
    await secrets.put(secretName, made, tx);
    return made;
  });
  const secret = Buffer.from(kept, 'base64');
  const named = hash('sha256', Buffer.concat([Buffer.from('custos ledger origin\0'), secret]), 'hex');
  const origin = audit.origin ?? `custos/${named.slice(0, 16)}`;
  const resumed = await resumedOrigins(secrets);
  return {
    origin,
    secret,
    logs: logNames(audit).map((name) => ({ name, origin: resumed.get(name) ?? `${origin}/${name}` })),
    keysOf: deriveLogKeys(secret, { mlDsa44: audit.mlDsa44 }),
  };
}

/** The ledger, opened, with what appends to it. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly leafLog: LeafLog;
  /** Where the journal is: files of this process, or the database that nodes share. */
  readonly store: 'files' | 'database';
  /** True while this node signs. */
  isActive(): boolean;
}

export interface OpenLedgerRequest extends Pick<LedgerOptions, 'outside' | 'outsideRequired' | 'resume'> {
  readonly identity: LedgerIdentity;
  readonly dataPath: string;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leases: Leases;
}

/** The ledger's own directory. */
export const ledgerDirectory = (dataPath: string): string => join(dataPath, 'ledger');

/**
 * Opens the ledger: in files beside SQLite, in the database beside PostgreSQL. Raises `ledger_behind` and
 * `ledger_forked` when it must not sign; see `custos audit resume`.
 */
export async function openInstallationLedger(request: OpenLedgerRequest): Promise<OpenedLedger> {
  const { identity, dataPath, state, clock, log, leases, ...outside } = request;
  const directory = ledgerDirectory(dataPath);
  const { logs, keysOf } = identity;
  if (state.dialect === 'postgres') {
    const ledger = await openDatabaseLedger({
      state,
      directory,
      clock,
      log,
      logs,
      keysOf,
      leases,
      ...outside,
    });
    const leafLog = createDatabaseLeafLog({ ledger, state, clock });
    return { ledger, leafLog, store: 'database', isActive: () => ledger.leading() };
  }
  const ledger = await openLedger({ directory, clock, logs, keysOf, ...outside });
  const leafLog = createFileLeafLog({ ledger, state, clock, log });
  return { ledger, leafLog, store: 'files', isActive: () => true };
}
