import { statfs } from 'node:fs/promises';
import type { LogCategory, RetentionInput, StorageStatusView } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { State } from '../../storage/state/state.ts';
import type { LegalHolds } from '../types.ts';
import { bytesPerDay, fullAt } from './forecast.ts';
import { daysToDrop } from './giving-way.ts';
import { daysOf, defaultRetention, lifetimes, shortens, type TableLifetime } from './lifetimes.ts';
import {
  addDropped,
  forget,
  loadDropped,
  loadRetention,
  loadSizes,
  saveRetention,
  saveSize,
} from './store.ts';
import { readStoredDays, readTotalBytes } from './stored.ts';
import { isLogs, storedKinds, type StoredDay, type StoredKind } from './types.ts';

export interface TelemetryRetentionOptions {
  readonly columns: Columns;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly holds: LegalHolds;
  /** Bytes that everything in columns may take. */
  readonly budgetBytes: number;
  /** Where the embedded engine keeps its data; of a server elsewhere the disk is not known. */
  readonly dataDirectory: string;
}

/** A look at this part, in the form of a self-check of the built-in probe. */
interface StorageCheck {
  readonly name: 'storage';
  readonly title: string;
  check(): Promise<{
    readonly status: 'up' | 'degraded';
    readonly latencyMs: null;
    readonly message: string;
    readonly values: Readonly<Record<string, number>>;
  }>;
}

export interface TelemetryRetention {
  /** Raises `columns_unavailable` while columns are away. */
  status(): Promise<StorageStatusView>;
  get(): Promise<RetentionInput>;
  /** Keeps the settings; they hold at once, or with the next `apply` when columns are away. */
  set(input: RetentionInput, by: string): Promise<StorageStatusView>;
  /** True when something would be kept for a shorter time than now. */
  shortens(input: RetentionInput): Promise<boolean>;
  /**
   * Brings the engine's TTLs in line with settings and legal holds, drops what the budget has no room for, and
   * notes today's size. To be called every few minutes, and at once when a hold is placed.
   */
  apply(): Promise<void>;
  selfCheck(): StorageCheck;
}

const dayMs = 86_400_000;
const shownDays = 30;
const shownDropped = 100;
const droppedKeptMs = 400 * dayMs;
/** A forecast of less than this is worth a word, ms. */
const soonMs = 7 * dayMs;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

export function createTelemetryRetention(options: TelemetryRetentionOptions): TelemetryRetention {
  const { columns, state, clock, holds, budgetBytes, dataDirectory } = options;
  const log = options.log.child({ part: 'telemetry-retention' });
  let applying: Promise<void> | undefined;

  const get = async (): Promise<RetentionInput> => (await loadRetention(state.read)) ?? defaultRetention;

  const setLifetime = async ({ table, ttl }: TableLifetime): Promise<void> => {
    const [known] = await columns.query<{ comment: string }>(
      'SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = {table:String}',
      { table },
    );
    if (known === undefined || known.comment === `ttl: ${ttl}`) return;
    // The parts' old times of expiry count until the change has reached them: a hold must not lose to them.
    await columns.command(`SYSTEM STOP TTL MERGES ${table}`);
    try {
      await columns.command(`ALTER TABLE ${table} MODIFY SETTING materialize_ttl_recalculate_only = 1`);
      await columns.command(`ALTER TABLE ${table} MODIFY TTL ${ttl} SETTINGS mutations_sync = 2`);
      await columns.command(
        `ALTER TABLE ${table} MODIFY COMMENT 'ttl: ${ttl.replaceAll("'", String.raw`\'`)}'`,
      );
    } finally {
      await columns.command(`SYSTEM START TTL MERGES ${table}`);
    }
    log.info({ table }, 'the time for which telemetry is kept was changed');
  };

  const drop = async (day: StoredDay, totalBytes: number): Promise<void> => {
    await columns.command(`ALTER TABLE ${day.table} DROP PARTITION ID '${day.partitionId}'`);
    const why = `The budget is ${budgetBytes} bytes and ${totalBytes} were stored.`;
    const { kind, bytes } = day;
    await addDropped(state.write, { at: clock.now(), kind, day: day.day, bytes, why });
    log.warn({ kind, day: day.day, bytes }, 'telemetry was dropped: the disk budget is used up');
  };

  const keepBudget = async (held: ReadonlyMap<LogCategory, string>): Promise<void> => {
    const totalBytes = await readTotalBytes(columns);
    const today = dayOf(clock.now());
    if (totalBytes > budgetBytes) {
      const stored = (await readStoredDays(columns)).filter(({ table }) => table !== 'metric_series');
      const kept = new Set<StoredKind>(held.keys());
      for (const day of daysToDrop(stored, { totalBytes, budgetBytes, held: kept, today })) {
        await drop(day, totalBytes);
      }
    }
    await saveSize(state.write, today, await readTotalBytes(columns));
    await forget(state.write, {
      droppedAt: clock.now() - droppedKeptMs,
      sizeDay: dayOf(clock.now() - 2 * shownDays * dayMs),
    });
  };

  const apply = async (): Promise<void> => {
    const [retention, held] = await Promise.all([get(), holds.held()]);
    for (const lifetime of lifetimes(retention, held)) await setLifetime(lifetime);
    await keepBudget(held);
  };

  const status = async (): Promise<StorageStatusView> => {
    const now = clock.now();
    const [retention, held, days, totalBytes, history, dropped, disk] = await Promise.all([
      get(),
      holds.held(),
      readStoredDays(columns),
      readTotalBytes(columns),
      loadSizes(state.read, dayOf(now - shownDays * dayMs)),
      loadDropped(state.read, shownDropped),
      columns.status().engine === 'embedded' ? statfs(dataDirectory).catch(() => undefined) : undefined,
    ]);
    const diskFreeBytes = disk === undefined ? null : disk.bavail * disk.bsize;
    const kinds = storedKinds.map((kind) => {
      const own = days.filter((day) => day.kind === kind);
      const timed = own.filter(({ rows }) => rows > 0);
      const sum = (part: (day: StoredDay) => number): number =>
        own.reduce((total, day) => total + part(day), 0);
      return {
        kind,
        rows: sum(({ rows }) => rows),
        bytes: sum(({ bytes }) => bytes),
        uncompressedBytes: sum(({ uncompressedBytes }) => uncompressedBytes),
        oldestAt: timed.length === 0 ? null : Math.min(...timed.map(({ oldest }) => oldest)),
        newestAt: timed.length === 0 ? null : Math.max(...timed.map(({ newest }) => newest)),
        retentionDays: daysOf(kind, retention),
        bytesPerDay: bytesPerDay(timed, now),
        held: isLogs(kind) && held.has(kind),
      };
    });
    const incomingPerDay = kinds.reduce((total, kind) => total + kind.bytesPerDay, 0);
    return {
      kinds,
      totalBytes,
      budgetBytes,
      diskFreeBytes,
      diskTotalBytes: disk === undefined ? null : disk.blocks * disk.bsize,
      fullAt: fullAt({ now, totalBytes, budgetBytes, diskFreeBytes, history, incomingPerDay }),
      history: [...history],
      dropped: [...dropped],
    };
  };

  const applyOnce = async (): Promise<void> => {
    // Two at once would drop the same days twice as much; the second waits and looks again.
    while (applying !== undefined) await applying.catch(() => undefined);
    applying = apply().finally(() => {
      applying = undefined;
    });
    await applying;
  };

  return {
    status,
    get,
    shortens: async (input) => shortens(await get(), input),
    async set(input, by) {
      await saveRetention(state.write, input, { by, at: clock.now() });
      try {
        await applyOnce();
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'the new retention will hold once columns are back');
      }
      return status();
    },
    apply: applyOnce,
    selfCheck: () => ({
      name: 'storage',
      title: 'Telemetry storage',
      async check() {
        const now = clock.now();
        const { totalBytes, fullAt: full, dropped } = await status();
        const recent = dropped.filter(({ at }) => at > now - dayMs);
        const values = {
          storage_bytes: totalBytes,
          storage_budget_bytes: budgetBytes,
          storage_dropped_bytes: recent.reduce((sum, { bytes }) => sum + bytes, 0),
        };
        const result = (message: string, good = false) =>
          ({ status: good ? 'up' : 'degraded', latencyMs: null, message, values }) as const;
        if (recent.length > 0) {
          const kinds = [...new Set(recent.map(({ kind }) => kind))].join(', ');
          return result(`the disk budget is used up: days of ${kinds} were dropped`);
        }
        if (full !== null && full - now < soonMs) {
          return result(`the room for telemetry is used up on ${dayOf(full)} at the present growth`);
        }
        return result('there is room for telemetry', true);
      },
    }),
  };
}
