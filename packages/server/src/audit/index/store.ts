import type { ColumnParameters, Columns } from '../../storage/columns/columns.ts';
import type { Outcome } from '../events/types.ts';
import { conditionSql, columnOf } from './condition-sql.ts';
import type { Condition } from './condition.ts';
import { rowColumns } from './row.ts';
import type { EventPlace, TimeSpan, TopField } from './types.ts';

/** Indexes per range in which contiguity and completeness are judged. */
export const rangeEntries = 65_536;

export interface Extent {
  /** Everything from the asked index up to this has a row. */
  readonly contiguous: number;
  /** One above the highest index with a row. */
  readonly present: number;
}

/** Of each log, what counts: rows at or above `from` and below `to`. */
export interface LogSpan {
  readonly log: string;
  readonly from: number;
  readonly to: number;
}

export interface SecurityRow {
  readonly group_source: string;
  readonly type: string;
  readonly outcome: Outcome;
  readonly count: number;
  readonly occurrences: number;
  readonly first: number;
  readonly last: number;
}

export type IndexStore = ReturnType<typeof createIndexStore>;

/** The rows that an aggregate counts: each once, and none outside the spans. */
function counted(condition: Condition, spans: readonly LogSpan[]): ReturnType<typeof conditionSql> {
  const { where, parameters } = conditionSql(condition);
  const bound: Record<string, unknown> = { ...parameters };
  const terms = spans.map(({ log, from, to }, number) => {
    Object.assign(bound, { [`l${number}`]: log, [`f${number}`]: from, [`t${number}`]: to });
    return `(log = {l${number}:String} AND idx >= {f${number}:UInt64} AND idx < {t${number}:UInt64})`;
  });
  return { where: `(${terms.join(' OR ')})\n  AND ${where}`, parameters: bound };
}

/** Rows of one log from one index to another, without the second. */
const within = 'log = {log:String} AND idx >= {from:UInt64} AND idx < {to:UInt64}';

/**
 * The hash of a leaf as the log computes it, from what the row holds: RFC 6962, 2.1.
 */
const leafHash = "SHA256(concat('\\0', if(encoded = '', leaf, base64Decode(encoded))))";

/**
 * What stands for an event in a group of security events: those of the intake tell of a source, and of how
 * many calls.
 */
const securitySource = "if(startsWith(type, 'intake.') AND actor_id != '', actor_id, source)";
const securityOccurrences =
  "if(startsWith(type, 'intake.'), greatest(1, toUInt64OrZero(substring(arrayFirst(pair -> startsWith(pair, 'count='), details), 7))), 1)";

const topColumn: Readonly<Record<TopField, string>> = {
  actor: columnOf.actor,
  target: columnOf.target,
  action: 'action',
  type: columnOf.type,
  source: columnOf.source,
  outcome: columnOf.outcome,
};

/** The rows of the index. Every method raises as `Columns.query` does. */
export function createIndexStore(columns: Pick<Columns, 'query' | 'command' | 'load'>) {
  const groups = async <Row>(
    select: string,
    { where, parameters }: ReturnType<typeof conditionSql>,
    rest: { readonly clauses: string; readonly bound?: ColumnParameters },
  ): Promise<Row[]> =>
    columns.query<Row>(
      `SELECT ${select} FROM audit_event FINAL WHERE ${where} ${rest.clauses}
       SETTINGS do_not_merge_across_partitions_select_final = 1`,
      { ...parameters, ...rest.bound },
    );

  return {
    /** Adds rows, lines of `row.ts`. */
    add: (parts: readonly Uint8Array[]): Promise<void> =>
      columns.load('audit_event', { columns: rowColumns, parts }),

    /** How far a log has rows, from an index on. */
    async extent(log: string, from: number): Promise<Extent> {
      const ranges = await columns.query<{ distinct: number; first: number; last: number }>(
        `SELECT intDiv(idx, ${rangeEntries}) AS chunk, groupBitmap(toUInt32(idx % ${rangeEntries})) AS distinct,
           min(idx) AS first, max(idx) AS last
         FROM audit_event WHERE log = {log:String} AND idx >= {from:UInt64} GROUP BY chunk ORDER BY chunk`,
        { log, from },
      );
      const present = Number(ranges.at(-1)?.last ?? from - 1) + 1;
      let contiguous = from;
      for (const { distinct, first, last } of ranges) {
        if (first !== contiguous) break;
        if (distinct !== last - first + 1) {
          const rows = new Set(await this.indexes({ log, from: first, to: last + 1 }));
          while (rows.has(contiguous)) contiguous += 1;
          break;
        }
        contiguous = last + 1;
      }
      return { contiguous, present };
    },

    /** The indexes of a span that have a row. */
    async indexes(span: LogSpan): Promise<readonly number[]> {
      const rows = await columns.query<{ idx: number }>(
        `SELECT DISTINCT idx FROM audit_event WHERE ${within}`,
        { ...span },
      );
      return rows.map(({ idx }) => idx);
    },

    /** Places after `after`, newest first; a place may be there twice. */
    async page(
      condition: Condition,
      spans: readonly LogSpan[],
      { after, limit }: { readonly after: EventPlace | null; readonly limit: number },
    ): Promise<readonly EventPlace[]> {
      const { where, parameters } = conditionSql(condition);
      const bound: Record<string, unknown> = { ...parameters, limit };
      const terms: string[] = [];
      if (after !== null) {
        Object.assign(bound, {
          afterMs: after.receivedTime,
          afterId: after.id,
          afterLog: after.log,
          afterIndex: after.index,
        });
        terms.push(
          'received_ms <= {afterMs:Int64}',
          '(received_ms, id, log, idx) < ({afterMs:Int64}, {afterId:String}, {afterLog:String}, {afterIndex:UInt64})',
        );
      }
      for (const [number, { log, from }] of spans.entries()) {
        if (from === 0) continue;
        Object.assign(bound, { [`l${number}`]: log, [`f${number}`]: from });
        terms.push(`(log != {l${number}:String} OR idx >= {f${number}:UInt64})`);
      }
      const rows = await columns.query<{ log: string; idx: number; received_ms: number; id: string }>(
        `SELECT log, idx, received_ms, id FROM audit_event
         WHERE ${[where, ...terms].join('\n  AND ')}
         ORDER BY received_ms DESC, id DESC, log DESC, idx DESC LIMIT {limit:UInt32}`,
        bound,
      );
      return rows.map((row) => ({
        receivedTime: row.received_ms,
        id: row.id,
        log: row.log,
        index: row.idx,
      }));
    },

    /** Where the events with this id are. */
    async places(id: string): Promise<readonly { readonly log: string; readonly index: number }[]> {
      const rows = await columns.query<{ log: string; idx: number }>(
        `SELECT log, idx FROM audit_event WHERE id = {id:String} AND type != ''
         ORDER BY received_ms DESC, log DESC, idx DESC LIMIT 10`,
        { id },
      );
      return rows.map(({ log, idx }) => ({ log, index: idx }));
    },

    /** Counts per step of time; buckets by number from 0, empty ones left out. */
    histogram: (
      condition: Condition,
      spans: readonly LogSpan[],
      { from, stepMs }: TimeSpan & { readonly stepMs: number },
    ): Promise<readonly { bucket: number; count: number }[]> =>
      groups(
        'intDiv(received_ms - {start:Int64}, {step:Int64}) AS bucket, count() AS count',
        counted(condition, spans),
        {
          clauses: 'GROUP BY bucket',
          bound: { start: from, step: stepMs },
        },
      ),

    /** The most frequent values of a field, and those that are named, however frequent. */
    top: (
      condition: Condition,
      spans: readonly LogSpan[],
      {
        field,
        limit,
        named,
      }: { readonly field: TopField; readonly limit: number; readonly named: readonly string[] },
    ): Promise<readonly { value: string; count: number }[]> =>
      groups(`toString(${topColumn[field]}) AS value, count() AS count`, counted(condition, spans), {
        clauses: `GROUP BY value HAVING value != ''
          ORDER BY has({named:Array(String)}, value) DESC, count DESC, value LIMIT {most:UInt32}`,
        bound: { named, most: limit + named.length },
      }),

    security: (condition: Condition, spans: readonly LogSpan[]): Promise<readonly SecurityRow[]> =>
      groups(
        `${securitySource} AS group_source, type, outcome, count() AS count,
         sum(${securityOccurrences}) AS occurrences, min(received_ms) AS first, max(received_ms) AS last`,
        counted(condition, spans),
        { clauses: 'GROUP BY group_source, type, outcome' },
      ),

    /**
     * How many entries a span has, and one digest over their leaf hashes in order.
     * Of their text in capital hex, because joining fixed-size bytes would lose zeros at their ends.
     */
    async digest(span: LogSpan): Promise<{ readonly found: number; readonly digest: string }> {
      const [row] = await columns.query<{ found: number; digest: string }>(
        `SELECT length(leaves) AS found,
           lower(hex(SHA256(arrayStringConcat(arrayMap(leaf -> hex(leaf.2), arraySort(leaf -> leaf.1, leaves)))))) AS digest
         FROM (SELECT groupUniqArray((idx, ${leafHash})) AS leaves FROM audit_event WHERE ${within})`,
        { ...span },
      );
      return { found: row?.found ?? 0, digest: row?.digest ?? '' };
    },

    /** Leaf hashes of a span by index, hex; an index twice when its rows differ. */
    leafHashes: (span: LogSpan): Promise<readonly { idx: number; hash: string }[]> =>
      columns.query(
        `SELECT DISTINCT idx, lower(hex(${leafHash})) AS hash FROM audit_event WHERE ${within} ORDER BY idx`,
        { ...span },
      ),

    /** Removes what is below an index; resolves when it is gone. */
    async removeBelow(log: string, minimumIndex: number): Promise<void> {
      const [row] = await columns.query<{ rows: number }>(
        'SELECT count() AS rows FROM audit_event WHERE log = {log:String} AND idx < {minimumIndex:UInt64}',
        { log, minimumIndex },
      );
      if (row?.rows === 0) return;
      await columns.command(
        `ALTER TABLE audit_event DELETE WHERE log = {log:String} AND idx < {minimumIndex:UInt64}
         SETTINGS mutations_sync = 1`,
        { log, minimumIndex },
      );
    },

    removeAll: (): Promise<void> => columns.command('TRUNCATE TABLE audit_event'),
  };
}
