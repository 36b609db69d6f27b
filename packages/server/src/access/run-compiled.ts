import type { CompiledQuery } from 'kysely';
import type { AccessDb } from './tables.ts';

/**
 * Runs a query that was compiled once with a stand-in for its only parameter. Building a query costs more
 * than running it; the lookup of an identity happens for every request.
 */
export async function findByKey<Row>(
  db: AccessDb,
  query: CompiledQuery<Row>,
  key: string,
): Promise<Row | undefined> {
  const bound: CompiledQuery<Row> = { ...query, parameters: [key] };
  return (await db.executeQuery<Row>(bound)).rows[0];
}
