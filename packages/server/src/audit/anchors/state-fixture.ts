import { systemClock } from '../../base/clock.ts';
import { migrate } from '../../storage/state/migrate.ts';
import { auditWitnessMigration } from '../../storage/state/migrations/0022-audit-witness.ts';
import { auditAnchorsMigration } from '../../storage/state/migrations/0025-audit-anchors.ts';
import { migrations } from '../../storage/state/migrations/index.ts';
import type { State } from '../../storage/state/state.ts';

const own = [auditWitnessMigration, auditAnchorsMigration];

/** Brings a State of the tests to the schema that anchors and witnesses need. */
export async function migrated(state: State): Promise<State> {
  const others = migrations.filter(({ id }) => own.every((migration) => migration.id !== id));
  await migrate(state, [...others, ...own], systemClock);
  return state;
}
