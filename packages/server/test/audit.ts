import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createCatalogue } from '../src/audit/events/catalogue.ts';
import { auditSettings } from '../src/audit/events/settings.ts';
import { createDatabaseLeafLog } from '../src/audit/log/database/leaf-log.ts';
import { openDatabaseLedger } from '../src/audit/log/database/ledger.ts';
import { createTestLeases } from '../src/audit/log/database/leases-fixture.ts';
import { parsePolicy } from '../src/audit/log/formats/policy.ts';
import type { LeafLog } from '../src/audit/log/leaf-log.ts';
import type { Ledger } from '../src/audit/log/ledger-types.ts';
import { openLedger } from '../src/audit/log/ledger.ts';
import { deriveLogKeys } from '../src/audit/log/log-keys.ts';
import { createFileLeafLog } from '../src/audit/log/relay/file-leaf-log.ts';
import type { Names } from '../src/audit/reading.ts';
import { createAudit, type Audit } from '../src/audit/service.ts';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { createColumns } from '../src/storage/columns/create.ts';
import { parseSecretKeys } from '../src/storage/secrets/keys.ts';
import type { State } from '../src/storage/state/state.ts';

const clock = systemClock;
const log = silentLogger;
const keysOf = deriveLogKeys(Buffer.alloc(32, 1), { mlDsa44: false });
const logs = ['general', 'security', 'financial'].map((name) => ({
  name,
  origin: `example.com/audit/${name}`,
}));

/** Nobody has a name. */
export const noNames: Names = { namesOf: async () => new Map(), idOf: async () => undefined };

export interface TestAuditOptions {
  readonly names?: Names;
  /** C2SP tlog-policy; without witnesses unless told. */
  readonly policy?: string;
  readonly settings?: Readonly<Record<string, number>>;
}

export interface TestAudit {
  readonly audit: Audit;
  readonly ledger: Ledger;
  readonly leafLog: LeafLog;
  /** Where the ledger lies; on PostgreSQL what this node derived. */
  readonly directory: string;
}

async function openLeafLog(state: State, directory: string): Promise<{ ledger: Ledger; leafLog: LeafLog }> {
  if (state.dialect === 'sqlite') {
    const ledger = await openLedger({ directory, clock, logs, keysOf });
    return { ledger, leafLog: createFileLeafLog({ ledger, state, clock, log }) };
  }
  const leases = await createTestLeases(state);
  const ledger = await openDatabaseLedger({
    state,
    directory,
    clock,
    log,
    logs,
    keysOf,
    leases: leases.of('test'),
  });
  return { ledger, leafLog: createDatabaseLeafLog({ ledger, state, clock }) };
}

/** The audit log with its real parts over a State, without the index in columns. It ends with the test. */
export async function openTestAudit(state: State, options: TestAuditOptions = {}): Promise<TestAudit> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-audit-'));
  const columns = createColumns({
    url: 'off',
    dataDirectory: join(directory, 'columns'),
    limits: { memoryBytes: 1, threads: 1, spoolBytes: 1 },
    clock,
    log,
  });
  const { ledger, leafLog } = await openLeafLog(state, join(directory, 'ledger'));
  const audit = await createAudit({
    state,
    clock,
    log,
    columns,
    ledger,
    leafLog,
    keys: parseSecretKeys(Buffer.from([...Array(32).keys()]).toString('hex'), 'test'),
    catalogue: createCatalogue(),
    settings: auditSettings(options.settings ?? {}),
    names: options.names ?? noNames,
    policy: parsePolicy(options.policy ?? 'quorum none\n'),
  });
  await audit.start();
  onTestFinished(async () => {
    await audit.stop();
    await ledger.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { audit, ledger, leafLog, directory: join(directory, 'ledger') };
}
