import type { Clock } from '../../../base/clock.ts';
import type { State, StateDb } from '../../../storage/state/state.ts';
import { ledgerDamaged } from '../../log/errors.ts';
import { parseCheckpoint } from '../../log/formats/checkpoint.ts';
import { parseNote } from '../../log/formats/signed-note.ts';
import type { WitnessedHead, WitnessStore } from '../../log/witness/server.ts';
import type { Contradiction } from './types.ts';

type WitnessTables = {
  audit_witness_head: {
    origin: string;
    size: number;
    root: string;
    note: string;
    first_at: number;
    cosigned_at: number;
    cosigned: number;
  };
  audit_witness_contradiction: {
    id: string;
    origin: string;
    digest: string;
    proven: number;
    request: string;
    known_size: number | null;
    known_note: string | null;
    at: number;
  };
};

const tables = (db: StateDb) => db.withTables<WitnessTables>();

export interface HeadRow extends WitnessedHead {
  readonly origin: string;
  readonly firstAt: number;
  readonly cosignedAt: number;
  readonly cosigned: number;
}

/** A row that is not the checkpoint that was stored is an error, never "nothing was seen yet". */
function headOf(row: WitnessTables['audit_witness_head']): HeadRow {
  try {
    const { origin, size, root } = parseCheckpoint(parseNote(row.note).text);
    if (origin !== row.origin || size !== row.size || root.toString('base64') !== row.root) {
      throw new Error('another checkpoint');
    }
    return {
      origin,
      size,
      root,
      note: row.note,
      firstAt: row.first_at,
      cosignedAt: row.cosigned_at,
      cosigned: row.cosigned,
    };
  } catch {
    throw ledgerDamaged(
      `memory of the witness for ${row.origin}`,
      'it is not the checkpoint that was cosigned',
    );
  }
}

/**
 * Keeps a witness's heads in State, for any number of nodes. Comparing and storing is one statement, which
 * both databases carry out as one step.
 */
export function createStateWitnessStore(state: State, clock: Clock): WitnessStore {
  return {
    async latest(origin) {
      const row = await tables(state.read)
        .selectFrom('audit_witness_head')
        .selectAll()
        .where('origin', '=', origin)
        .executeTakeFirst();
      return row === undefined ? null : headOf(row);
    },
    async advance(origin, from, to) {
      const now = clock.now();
      const head = { size: to.size, root: to.root.toString('base64'), note: to.note, cosigned_at: now };
      if (from === null) {
        const inserted = await tables(state.write)
          .insertInto('audit_witness_head')
          .values({ origin, ...head, first_at: now, cosigned: 1 })
          .onConflict((taken) => taken.column('origin').doNothing())
          .executeTakeFirst();
        return inserted.numInsertedOrUpdatedRows === 1n;
      }
      const updated = await tables(state.write)
        .updateTable('audit_witness_head')
        .set((row) => ({ ...head, cosigned: row('cosigned', '+', 1) }))
        .where('origin', '=', origin)
        .where('size', '=', from.size)
        .where('root', '=', from.root.toString('base64'))
        .executeTakeFirst();
      return updated.numUpdatedRows === 1n;
    },
  };
}

export async function listHeads(state: State): Promise<readonly HeadRow[]> {
  const rows = await tables(state.read).selectFrom('audit_witness_head').selectAll().execute();
  return rows.map(headOf);
}

export async function countContradictions(state: State): Promise<ReadonlyMap<string, number>> {
  const rows = await tables(state.read)
    .selectFrom('audit_witness_contradiction')
    .select(({ fn }) => ['origin', fn.countAll<number | bigint>().as('many')])
    .groupBy('origin')
    .execute();
  return new Map(rows.map(({ origin, many }) => [origin, Number(many)]));
}

/** Keeps evidence once; of one log at most `limit` pieces, the earliest. */
export async function keepContradiction(
  state: State,
  found: Contradiction & { readonly digest: string },
  limit: number,
): Promise<void> {
  const { count } = await tables(state.read)
    .selectFrom('audit_witness_contradiction')
    .select(({ fn }) => fn.countAll<number | bigint>().as('count'))
    .where('origin', '=', found.origin)
    .executeTakeFirstOrThrow();
  if (Number(count) >= limit) return;
  await tables(state.write)
    .insertInto('audit_witness_contradiction')
    .values({
      id: found.id,
      origin: found.origin,
      digest: found.digest,
      proven: found.proven ? 1 : 0,
      request: found.request,
      known_size: found.known?.size ?? null,
      known_note: found.known?.note ?? null,
      at: found.at,
    })
    .onConflict((taken) => taken.columns(['origin', 'digest']).doNothing())
    .execute();
}

/** Newest first. */
export async function listContradictions(state: State, limit: number): Promise<readonly Contradiction[]> {
  const rows = await tables(state.read)
    .selectFrom('audit_witness_contradiction')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    origin: row.origin,
    proven: row.proven === 1,
    request: row.request,
    known:
      row.known_size === null || row.known_note === null
        ? null
        : { size: row.known_size, note: row.known_note },
    at: row.at,
  }));
}
