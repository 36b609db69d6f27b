import type { Generated } from 'kysely';
import type { State, StateTx } from '../../../storage/state/state.ts';
import { decodeBundle, encodeBundle } from '../formats/entry-bundle.ts';

type PendingTables = {
  audit_pending: { seq: Generated<number>; log: string; entries: Uint8Array; ticket: string | null };
  audit_relay_mark: { log: string; size: number };
};

/** A committed entry that waits for its index. */
export interface PendingLeaf {
  readonly seq: number;
  readonly log: string;
  readonly leaf: Buffer;
}

/** A statement takes 999 values at most in older SQLite versions. */
const chunk = 500;

export async function insertPending(tx: StateTx, log: string, leaf: Uint8Array): Promise<void> {
  const entries = encodeBundle([leaf]);
  await tx
    .withTables<PendingTables>()
    .insertInto('audit_pending')
    .values({ log, entries, ticket: null })
    .execute();
}

/** The oldest waiting entries of these logs, behind `after`, in their order. */
export async function selectPending(
  state: State,
  logs: readonly string[],
  page: { readonly after: number; readonly limit: number },
): Promise<PendingLeaf[]> {
  if (logs.length === 0) return [];
  const rows = await state.read
    .withTables<PendingTables>()
    .selectFrom('audit_pending')
    .select(['seq', 'log', 'entries'])
    .where('log', 'in', logs)
    .where('seq', '>', page.after)
    .orderBy('seq')
    .limit(page.limit)
    .execute();
  return rows.map(({ seq, log, entries }) => ({
    seq,
    log,
    leaf: decodeBundle(Buffer.from(entries))[0] as Buffer,
  }));
}

export async function deletePending(tx: StateTx, seqs: readonly number[]): Promise<void> {
  for (let at = 0; at < seqs.length; at += chunk) {
    await tx
      .withTables<PendingTables>()
      .deleteFrom('audit_pending')
      .where('seq', 'in', seqs.slice(at, at + chunk))
      .execute();
  }
}

/** Below these sizes of the logs no waiting entry can have its index. */
export async function selectMarks(state: State): Promise<Map<string, number>> {
  const rows = await state.read
    .withTables<PendingTables>()
    .selectFrom('audit_relay_mark')
    .selectAll()
    .execute();
  return new Map(rows.map(({ log, size }) => [log, size]));
}

export async function putMark(tx: StateTx, log: string, size: number): Promise<void> {
  await tx
    .withTables<PendingTables>()
    .insertInto('audit_relay_mark')
    .values({ log, size })
    .onConflict((conflict) => conflict.column('log').doUpdateSet({ size }))
    .execute();
}
