import type { Columns } from '../../../storage/columns/columns.ts';
import { numberColumn, readBlocks } from '../native-blocks.ts';
import { dateOf, idList } from '../sql-values.ts';
import { dayMs } from '../types.ts';
import { summarise } from './summarise.ts';
import { createSummary } from './summary.ts';
import { windowMs, type Blocks, type Need, type Piece, type RollupDay, type IdRange } from './types.ts';

/** What was noted of a day when its rollups were made. */
export interface DayNote {
  readonly day: number;
  readonly run: number;
  /** The last block of the day's samples that the rollups may lack nothing of. */
  readonly lastBlock: number;
  /** The first of the day's samples, in seconds since the epoch. */
  readonly firstSecond: number;
  readonly rows: number;
}

/** What the engine has of a day's samples, or of the rollups of one run of it (0 for samples). */
export interface StoredPart {
  readonly day: number;
  readonly run: number;
  readonly partitionId: string;
  readonly rows: number;
  readonly lastBlock: number;
  readonly firstSecond: number;
}

export interface StoredState {
  readonly notes: readonly DayNote[];
  /** By day. */
  readonly samples: readonly StoredPart[];
  /** By day and run. */
  readonly rollups: readonly StoredPart[];
}

/** One row of rollups as far as it has samples of its own: the first, the last, and a stale marker after it. */
export interface Ends {
  readonly ids: BigUint64Array;
  readonly samples: Float64Array;
  readonly firstMs: Float64Array;
  readonly first: Float64Array;
  readonly lastMs: Float64Array;
  readonly last: Float64Array;
  /** 0 when there is none. */
  readonly staleMs: Float64Array;
}

export interface RollupReading {
  readonly days: readonly RollupDay[];
  readonly signal: AbortSignal;
}

/** Rollups in columns. Everything raises as `Columns.query` does. */
export interface RollupStore {
  /** What there is at present. Callers at the same time share one look. */
  state(): Promise<StoredState>;
  /** The series of a day in pieces of about so many samples. */
  split(day: number, samples: number): Promise<IdRange[]>;
  /** Adds the rollups of some series of a day; they count when the day is noted. */
  add(day: number, run: number, ids: IdRange): Promise<void>;
  note(note: Omit<DayNote, 'rows'>): Promise<void>;
  drop(partitionId: string): Promise<void>;
  /** What came of the samples of some series in blocks, in time order by series, and the series with odd values. */
  pieces(
    ids: readonly bigint[],
    blocks: Blocks,
    reading: RollupReading & { readonly needs: readonly Need[] },
  ): Promise<{ readonly pieces: Map<bigint, Piece[]>; readonly odd: Set<bigint> }>;
  /** Rows within blocks, or all of the days, by series in time order. */
  ends(ids: readonly bigint[], blocks: Blocks | undefined, reading: RollupReading): Promise<Ends>;
}

const dayFromDate = (date: string): number => Date.parse(date) / dayMs;

/** A partition such as `20261121`, or `('2026-11-21',1795219200000)` with its run. */
function dayAndRun(partition: string): { day: number; run: number } {
  const [, year, month, date, run = '0'] = /(\d{4})-?(\d\d)-?(\d\d)(?:',(\d+))?/.exec(partition) ?? [];
  return { day: dayFromDate(`${year}-${month}-${date}`), run: Number(run) };
}

const endMs = '(toInt64(toUnixTimestamp(window_end)) * 1000)';

const ofDays = (days: readonly RollupDay[]): string =>
  `day BETWEEN '${dateOf(days[0]!.day)}' AND '${dateOf(days.at(-1)!.day)}'
   AND (day, run) IN (${days.map(({ day, run }) => `('${dateOf(day)}', ${run})`).join(', ')})`;

/** The number of a row's block. */
const blockOf = ({ originMs, pitchMs }: Blocks): string => `intDiv(${endMs} - ${originMs} - 1, ${pitchMs})`;

/** The condition that a row is within a block. */
function inBlocks({ originMs, pitchMs, lengthMs, toMs }: Blocks): string {
  const within = lengthMs === pitchMs ? '' : ` AND (${endMs} - ${originMs} - 1) % ${pitchMs} < ${lengthMs}`;
  return `${endMs} > ${originMs} AND ${endMs} <= ${toMs}${within}`;
}

/** What rows of a block and a day come to together. */
function needed(need: Need, blocks: Blocks): string {
  switch (need) {
    case 'first':
      return 'argMin(first_value, window_end)';
    case 'lastMs':
      return `toFloat64(max(${endMs} - ${windowMs} + last_ms))`;
    case 'last':
      return 'argMax(last_value, window_end)';
    case 'least':
      return 'if(countIf(NOT isNaN(least)) = 0, nan, minIf(least, NOT isNaN(least)))';
    case 'greatest':
      return 'if(countIf(NOT isNaN(greatest)) = 0, nan, maxIf(greatest, NOT isNaN(greatest)))';
    case 'total':
      return 'sum(total)';
    case 'fallen': {
      // A fall from one row to the next counts when both are of the block.
      const before = `${endMs} - gap * ${windowMs} - ${blocks.originMs} - 1`;
      return `sum(fallen) + sumIf(fell, fell != 0 AND ${before} >= ${blockOf(blocks)} * ${blocks.pitchMs})`;
    }
  }
}

export function createRollupStore(columns: Columns): RollupStore {
  const read = async (sql: string, doubles: number, signal?: AbortSignal) => {
    const ids = numberColumn('UInt64');
    const numbers = Array.from({ length: doubles }, () => numberColumn('Float64'));
    readBlocks(await columns.queryBytes(sql, {}, { signal }), [ids, ...numbers]);
    return {
      ids: new BigUint64Array(ids.buffer()),
      numbers: numbers.map((column) => new Float64Array(column.buffer())),
    };
  };

  const readNotes = async (): Promise<DayNote[]> => {
    const rows = await columns.query<DayNote & { date: string }>(
      `SELECT toString(day) AS date, run, last_block AS lastBlock, first_second AS firstSecond, rows
       FROM metric_rollup_day FINAL ORDER BY day`,
    );
    return rows.map(({ date, ...note }) => ({ ...note, day: dayFromDate(date) }));
  };

  const readParts = async (): Promise<Omit<StoredState, 'notes'>> => {
    const rows = await columns.query<Omit<StoredPart, 'day' | 'run'> & { table: string; partition: string }>(
      `SELECT table, partition, partition_id AS partitionId, sum(rows) AS rows,
         max(max_block_number) AS lastBlock, toUnixTimestamp(min(min_time)) AS firstSecond
       FROM system.parts
       WHERE active AND database = currentDatabase() AND table IN ('metric_sample', 'metric_rollup')
         AND system.parts.rows > 0
       GROUP BY table, partition, partition_id
       ORDER BY partition`,
    );
    const of = (name: string): StoredPart[] =>
      rows.flatMap(({ table, partition, ...part }) =>
        table === name ? [{ ...part, ...dayAndRun(partition) }] : [],
      );
    return { samples: of('metric_sample'), rollups: of('metric_rollup') };
  };

  let looking: Promise<StoredState> | undefined;
  const look = async (): Promise<StoredState> => {
    const [notes, parts] = await Promise.all([readNotes(), readParts()]);
    return { notes, ...parts };
  };

  return {
    state() {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    async split(day, samples) {
      const { ids, numbers } = await read(
        `SELECT series, toFloat64(count()) FROM metric_sample
         WHERE time >= toDateTime64('${dateOf(day)}', 3, 'UTC') AND time < toDateTime64('${dateOf(day + 1)}', 3, 'UTC')
         GROUP BY series ORDER BY series FORMAT Native`,
        1,
      );
      const ranges: IdRange[] = [];
      let from = 0;
      let sum = 0;
      for (const [at, id] of ids.entries()) {
        sum += numbers[0]![at]!;
        if (sum < samples && at < ids.length - 1) continue;
        ranges.push({ from: ids[from]!, to: id });
        from = at + 1;
        sum = 0;
      }
      return ranges;
    },
    add: (day, run, ids) => columns.command(summarise({ day, run, ids })),
    async note({ day, run, lastBlock, firstSecond }) {
      await columns.command(
        `INSERT INTO metric_rollup_day (day, run, last_block, first_second, rows)
         SELECT toDate('${dateOf(day)}'), ${run}, ${lastBlock}, ${firstSecond}, count()
         FROM metric_rollup WHERE day = '${dateOf(day)}' AND run = ${run}`,
      );
    },
    drop: (partitionId) => columns.command(`ALTER TABLE metric_rollup DROP PARTITION ID '${partitionId}'`),
    async pieces(ids, blocks, { days, signal, needs }) {
      const found = await read(
        `SELECT series, toFloat64(${blockOf(blocks)}) AS block, toFloat64(max(odd)), toFloat64(sum(samples)),
           toFloat64(min(${endMs} - ${windowMs} + first_ms))${needs.map((need) => `, ${needed(need, blocks)}`).join('')}
         FROM metric_rollup
         WHERE ${ofDays(days)} AND series IN ${idList(ids)} AND ${inBlocks(blocks)} AND samples > 0
         GROUP BY series, day, block ORDER BY series, day, block FORMAT Native`,
        4 + needs.length,
        signal,
      );
      const [blocksOf, oddOf, samples, firstMs, ...rest] = found.numbers;
      const pieces = new Map<bigint, Piece[]>();
      const odd = new Set<bigint>();
      for (const [at, id] of found.ids.entries()) {
        let own = pieces.get(id);
        if (own === undefined) pieces.set(id, (own = []));
        const piece = {
          ...createSummary(),
          block: blocksOf![at]!,
          samples: samples![at]!,
          firstMs: firstMs![at]!,
        };
        for (const [index, need] of needs.entries()) piece[need] = rest[index]![at]!;
        own.push(piece);
        if (oddOf![at] !== 0) odd.add(id);
      }
      return { pieces, odd };
    },
    async ends(ids, blocks, { days, signal }) {
      const condition = blocks === undefined ? '' : ` AND ${inBlocks(blocks)}`;
      const found = await read(
        `SELECT series, toFloat64(samples), toFloat64(${endMs} - ${windowMs} + first_ms), first_value,
           toFloat64(${endMs} - ${windowMs} + last_ms), last_value,
           if(stale_ms = 0, 0., toFloat64(${endMs} - ${windowMs} + stale_ms))
         FROM metric_rollup
         WHERE ${ofDays(days)} AND series IN ${idList(ids)}${condition}
         ORDER BY series, day, window_end FORMAT Native`,
        6,
        signal,
      );
      const [samples, firstMs, first, lastMs, last, staleMs] = found.numbers;
      return {
        ids: found.ids,
        samples: samples!,
        firstMs: firstMs!,
        first: first!,
        lastMs: lastMs!,
        last: last!,
        staleMs: staleMs!,
      };
    },
  };
}
