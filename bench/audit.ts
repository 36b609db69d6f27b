import { prepareEvent } from '../packages/server/src/audit/events/prepare.ts';
import { createCatalogue } from '../packages/server/src/audit/events/catalogue.ts';
import { compression } from './audit/compression.ts';
import { sentEvents } from './audit/events.ts';
import { overHttp } from './audit/http.ts';
import { inProcess } from './audit/in-process.ts';
import { startBaseline } from './audit/postgres.ts';
import { queries } from './audit/queries.ts';
import { receiptsOf } from './audit/receipts.ts';
import type { Figure } from './figure.ts';

/** Leaves of the events that are sent, so that the baselines keep exactly as much. */
function leafBodies(): (number: number) => Buffer {
  const context = { catalogue: createCatalogue(), source: 'shop', received: 1_767_225_600_000 };
  const bodies = sentEvents().map((event) => Buffer.from(prepareEvent(event, context).leaf));
  return (number) => bodies[number % bodies.length] as Buffer;
}

const count = (name: string, standard: number): number => Number(process.env[name] ?? standard);

/**
 * The audit log as the product uses it. `BENCH_AUDIT` names the parts to run, by comma: `in-process`, `http`,
 * `receipts`, `queries`, `compression`. `BENCH_AUDIT_RECEIPTS` and `BENCH_AUDIT_QUERIES` say how many events
 * the log of the receipts and the index of the queries have, for smaller runs.
 */
export async function run(): Promise<readonly Figure[]> {
  const named = process.env['BENCH_AUDIT']?.split(',');
  const wants = (part: string): boolean => named?.includes(part) ?? true;
  const body = leafBodies();
  const figures: Figure[] = [];
  if (wants('in-process') || wants('http')) {
    const postgres = await startBaseline(body);
    try {
      if (wants('in-process')) figures.push(...(await inProcess({ postgres, body })));
      if (wants('http')) figures.push(...(await overHttp(postgres)));
    } finally {
      await postgres.stop();
    }
  }
  if (wants('receipts')) figures.push(...(await receiptsOf(count('BENCH_AUDIT_RECEIPTS', 10_000_000), body)));
  if (wants('queries')) figures.push(...(await queries(count('BENCH_AUDIT_QUERIES', 2_000_000))));
  if (wants('compression')) figures.push(...(await compression()));
  return figures;
}
