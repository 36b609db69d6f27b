import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import { durable, type SchemaStep } from './ddl/ddl.ts';

/**
 * Applies the steps that the engine does not have yet and returns their ids. ClickHouse has no
 * transactions for this: statements are repeatable and a step is recorded after its last one, so a kill
 * in between, or two nodes at once, lead to the same tables.
 *
 * Raises `schema_too_new` when a later version of Custos has been here.
 */
export async function applySchema(
  connection: Connection,
  steps: readonly SchemaStep[],
  clock: Clock,
): Promise<readonly string[]> {
  await connection.command(
    `CREATE TABLE IF NOT EXISTS schema_step (id String, applied_at DateTime64(3, 'UTC'))
     ENGINE = MergeTree ORDER BY id SETTINGS ${durable}`,
  );
  const rows = await connection.query<{ id: string }>('SELECT DISTINCT id FROM schema_step ORDER BY id');
  const applied = new Set(rows.map((row) => row.id));
  const known = new Set(steps.map((step) => step.id));
  const unknown = [...applied].filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new CustosError(
      'schema_too_new',
      `The columns store was written by a later version of Custos (it has ${unknown.join(', ')}). ` +
        'Start that version, or use another columns store.',
      { status: 500 },
    );
  }
  const added: string[] = [];
  for (const step of steps) {
    if (applied.has(step.id)) continue;
    for (const statement of step.statements) await connection.command(statement);
    await connection.command(
      'INSERT INTO schema_step SELECT {id:String}, fromUnixTimestamp64Milli({at:Int64})',
      { id: step.id, at: clock.now() },
    );
    added.push(step.id);
  }
  return added;
}
