import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { migrate } from '../../storage/state/migrate.ts';
import { auditHoldsMigration } from '../../storage/state/migrations/0027-audit-holds.ts';
import type { State } from '../../storage/state/state.ts';
import { steps } from '../egress/egress-fixture.ts';

/** What tests of retention share. */
export async function migratedForKeeping(state: State): Promise<State> {
  const others = steps.filter(({ id }) => id !== auditHoldsMigration.id);
  await migrate(state, [...others, auditHoldsMigration], systemClock);
  return state;
}

/** Bytes of the ledger's files, without those that come and go. */
export function usedBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(mark|spare)$|sqlite|lock/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
