import { appendFile, stat } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { backoffMs } from '../../base/duration.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Delivery } from './delivery.ts';
import { isBadRow } from './errors.ts';
import type { Block, Spool } from './spool.ts';

export interface WriterOptions {
  readonly spool: Spool;
  readonly delivery: Delivery;
  readonly blockRows: number;
  readonly lingerMs: number;
  /** Where rows go that the engine will never take. */
  readonly rejectedPath: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Writer {
  /** To be called when rows have become durable in the spool. */
  wake(): void;
  /** Sends the next block without waiting for more rows to share it. */
  hurry(): void;
  start(): void;
  /** Ends after the block in hand. */
  stop(): Promise<void>;
  /** Called after each acknowledged block. */
  onDelivered(listen: () => void): () => void;
  status(): {
    readonly deliveredRows: number;
    readonly rejectedRows: number;
    readonly lastError: string | undefined;
  };
}

/** So many that `blockRows` log records fit: the engine's cost of a block hardly depends on its size. */
const blockBytes = 24 * 1024 * 1024;
const rejectedLimitBytes = 16 * 1024 * 1024;
const retry = { baseMs: 250, maxMs: 15_000 };

/** Carries one table's rows from its spool to the engine, block by block, oldest first, until stopped. */
export function createWriter(options: WriterOptions): Writer {
  const { spool, delivery, blockRows, lingerMs, rejectedPath, clock, log } = options;
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  let running: Promise<void> | undefined;
  let wakeUp = new AbortController();
  let enough = new AbortController();
  let hurried = false;
  let deliveredRows = 0;
  let rejectedRows = 0;
  let lastError: string | undefined;

  const reject = async (line: string, error: unknown): Promise<void> => {
    rejectedRows += 1;
    log.error(
      { error: messageOf(error), row: line.slice(0, 500) },
      'the columns store refused a row for good',
    );
    const size = await stat(rejectedPath).then(
      (file) => file.size,
      () => 0,
    );
    if (size < rejectedLimitBytes) {
      await appendFile(rejectedPath, `${JSON.stringify({ error: messageOf(error), row: line })}\n`, {
        mode: 0o600,
      });
    }
  };

  /** Sends rows; halves them around a row that can never be stored, so that the others get through. */
  const send = async (block: Block, from: number, to: number): Promise<void> => {
    try {
      await delivery.send(block, { from, to }, stopping.signal);
    } catch (error) {
      if (!isBadRow(error)) throw error;
      if (to - from === 1) {
        const { buffer, starts, ends } = block.rows;
        await reject(buffer.toString('utf8', starts[from], ends[from]), error);
        return;
      }
      const middle = Math.floor((from + to) / 2);
      const again: Block = { ...block, attempted: true };
      await send(again, from, middle);
      await send(again, middle, to);
    }
  };

  const isEnough = (): boolean => spool.waitingRows() >= blockRows || spool.waitingBytes() >= blockBytes;

  /** Waits until there is a row, and then a moment longer for others to share its block. */
  const gather = async (): Promise<Block | undefined> => {
    while (!stopping.signal.aborted) {
      const first = await spool.read({ rows: blockRows, bytes: blockBytes });
      if (first === undefined) {
        wakeUp = new AbortController();
        if (spool.waitingRows() === 0) {
          const wait = AbortSignal.any([wakeUp.signal, stopping.signal]);
          await new Promise<void>((resolve) => {
            if (wait.aborted) resolve();
            else wait.addEventListener('abort', () => resolve(), { once: true });
          });
        }
        continue;
      }
      // A segment that takes no more rows brings no others to share the block.
      const full = isEnough() || first.segment.handle === undefined;
      if (first.attempted || full || hurried) {
        hurried = false;
        return first;
      }
      enough = new AbortController();
      await clock.sleep(lingerMs, AbortSignal.any([enough.signal, stopping.signal]));
      hurried = false;
      return spool.read({ rows: blockRows, bytes: blockBytes });
    }
    return undefined;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const block = await gather();
        if (block === undefined) continue;
        await send(block, 0, block.count);
        await spool.acknowledge(block);
        deliveredRows += block.count;
        failures = 0;
        lastError = undefined;
        for (const listen of listeners) listen();
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        lastError = messageOf(error);
        log.warn(
          { error: lastError, failures },
          'rows wait in the spool: the columns store did not take them',
        );
        await clock.sleep(backoffMs(failures, retry), stopping.signal);
      }
    }
  };

  return {
    wake() {
      wakeUp.abort();
      if (isEnough()) enough.abort();
    },
    hurry() {
      hurried = true;
      enough.abort();
    },
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    onDelivered(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    status: () => ({ deliveredRows, rejectedRows, lastError }),
  };
}
