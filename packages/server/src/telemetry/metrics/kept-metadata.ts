import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { rememberedMetrics, type Metadata } from './metadata.ts';

export interface KeptMetadataOptions {
  readonly columns: Columns;
  readonly metadata: Metadata;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Time between two looks at what was told. A kill loses as much, which senders tell again. */
const saveMs = 30_000;
const retryMs = 5_000;

const rows = z.array(
  z.object({
    name: z.string(),
    type: z.enum(['counter', 'gauge', 'histogram', 'summary', 'unknown']),
    help: z.string(),
    unit: z.string(),
  }),
);

async function save({ columns, metadata, clock }: KeptMetadataOptions): Promise<void> {
  const entries = metadata.takeTold();
  if (entries.length === 0) return;
  const told = clock.now() / 1000;
  await columns.insert(
    'metric_metadata',
    entries.map((entry) => ({ ...entry, told: told.toFixed(3) })),
  );
}

async function recall({ columns, metadata }: KeptMetadataOptions): Promise<void> {
  await columns.ready();
  const found = await columns.query(
    `SELECT name, argMax(type, told) AS type, argMax(help, told) AS help, argMax(unit, told) AS unit
     FROM metric_metadata GROUP BY name ORDER BY max(told) DESC LIMIT ${rememberedMetrics}`,
  );
  metadata.recall(rows.parse(found));
}

/** Does `step` until it worked once, or `signal` aborts. */
async function until(step: () => Promise<void>, options: KeptMetadataOptions, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      await step();
      return;
    } catch (error) {
      if (signal.aborted) return;
      options.log.warn({ error: messageOf(error) }, 'what metrics are could not be read from columns');
      await options.clock.sleep(retryMs, signal);
    }
  }
}

/**
 * Keeps what metrics are across restarts: brings back what is in columns once they answer, and hands over
 * what was told every half minute and at the end. Never rejects.
 */
export async function keepMetadata(options: KeptMetadataOptions, signal: AbortSignal): Promise<void> {
  const { columns, clock, log } = options;
  if (columns.status().state === 'disabled') return;
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  void until(() => recall(options), options, signal);
  for (let last = false; !last;) {
    await Promise.race([clock.sleep(saveMs, signal), stopped]);
    last = signal.aborted;
    try {
      await save(options);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'what metrics are could not be kept');
    }
  }
}
