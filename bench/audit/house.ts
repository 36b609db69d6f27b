import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCatalogue } from '../../packages/server/src/audit/events/catalogue.ts';
import { createIntake } from '../../packages/server/src/audit/events/intake.ts';
import { createSecurityGroups } from '../../packages/server/src/audit/events/security-groups.ts';
import { unlimitedAdmission } from '../../packages/server/src/audit/library/unlimited.ts';
import { deriveLogKeys } from '../../packages/server/src/audit/log/log-keys.ts';
import { createSigner } from '../../packages/server/src/audit/log/formats/keys.ts';
import { parsePolicy, type TrustPolicy } from '../../packages/server/src/audit/log/formats/policy.ts';
import { openLedger } from '../../packages/server/src/audit/log/ledger.ts';
import type { Ledger } from '../../packages/server/src/audit/log/ledger-types.ts';
import { createFileLeafLog } from '../../packages/server/src/audit/log/relay/file-leaf-log.ts';
import { createVault } from '../../packages/server/src/audit/vault/service.ts';
import { createSubmissions } from '../../packages/server/src/audit/submissions.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import { parseSecretKeys } from '../../packages/server/src/storage/secrets/keys.ts';
import { migrate } from '../../packages/server/src/storage/state/migrate.ts';
import { auditVaultMigration } from '../../packages/server/src/storage/state/migrations/0020-audit-vault.ts';
import { auditPendingMigration } from '../../packages/server/src/storage/state/migrations/0021-audit-pending.ts';
import { openSqlite } from '../../packages/server/src/storage/state/sqlite.ts';

const logNames = ['general', 'security', 'financial'] as const;

/** Submissions, intake, vault and ledger as the product joins them, in this process and without limits. */
export interface House {
  /** Resolves when every event is durable. */
  record(events: readonly unknown[]): Promise<void>;
  readonly ledger: Ledger;
  readonly directory: string;
  readonly policy: TrustPolicy;
  /** Everything that was recorded. */
  size(): number;
  close(): Promise<void>;
}

export async function openHouse(directory: string): Promise<House> {
  mkdirSync(directory, { recursive: true });
  const secret = randomBytes(32);
  const keysOf = deriveLogKeys(secret, { mlDsa44: false });
  const logs = logNames.map((name) => ({ name, origin: `example.com/${name}` }));
  const place = join(directory, 'ledger');
  const ledger = await openLedger({ directory: place, clock: systemClock, logs, keysOf });
  const state = openSqlite(join(directory, 'state.sqlite'));
  const shared = { state, clock: systemClock, log: silentLogger };
  await migrate(state, [auditVaultMigration, auditPendingMigration], systemClock);
  const vault = await createVault({ ...shared, keys: parseSecretKeys(secret.toString('base64'), 'bench') });
  const leafLog = createFileLeafLog({ ...shared, ledger });
  await leafLog.start();
  const intake = createIntake({
    ...shared,
    catalogue: createCatalogue(),
    vault,
    admission: unlimitedAdmission,
    groups: createSecurityGroups(),
  });
  const policy = logs.map(({ origin }) => {
    const { verifier } = createSigner({ name: origin, type: 1, privateKey: keysOf(origin).ed25519 });
    return `log ${verifier.vkey}\n`;
  });

  const submissions = createSubmissions({
    intake,
    leafLog,
    index: { find: () => Promise.resolve(undefined) },
    witnessWait: null,
    log: silentLogger,
  });

  return {
    async record(events) {
      const { results } = await submissions.submit(events, { source: 'shop', acknowledgement: 'durable' });
      const refused = results.find(({ status }) => status !== 'accepted');
      if (refused !== undefined) throw new Error(`an event was not accepted: ${JSON.stringify(refused)}`);
    },
    ledger,
    directory: place,
    policy: parsePolicy(`${policy.join('')}quorum none\n`),
    size: () => logNames.reduce((sum, name) => sum + ledger.reader(name).head().size, 0),
    async close() {
      await leafLog.stop();
      await ledger.close();
      await state.close();
    },
  };
}
