import { randomUUID } from 'node:crypto';
import { submissionAnswer, type SubmissionAnswer } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock, type Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { connectUnderKey, namingFields, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { countOf } from '../repeat.ts';

interface BenchOptions extends ConnectionOptions {
  readonly seconds: string;
  readonly batch: string;
  readonly connections: string;
  readonly yes?: boolean;
}

export interface BenchPlan {
  readonly seconds: number;
  /** Events of one request. */
  readonly batch: number;
  /** Requests that are under way at a time. */
  readonly connections: number;
}

/** What was measured. */
export interface BenchReport {
  readonly elapsedMs: number;
  readonly accepted: number;
  readonly dropped: number;
  readonly rejected: number;
  /** Why the first one was refused. */
  readonly refusal: string | null;
  /** How long each answer took, ms, shortest first. */
  readonly answersMs: readonly number[];
  /** The request that failed; it ended the benchmark. */
  readonly failure: Error | null;
}

/** `custos audit bench`: row A3, how many events a second this server puts on record. Exits 0, 1 failed, 2 not asked to. */
export function benchCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('bench')
      .description('Measure how fast events come on record. Needs audit.write. The events stay in the log.'),
  )
    .option('--seconds <n>', 'how long to send', '5')
    .option('--batch <n>', 'events in one request', '100')
    .option('--connections <n>', 'requests at a time', '4')
    .option('--yes', 'send; the events stay in the log "general" for as long as that is kept')
    .action((options: BenchOptions) =>
      namingFields(async () => {
        context.exitCode = await run(options);
      }),
    );
}

async function run(options: BenchOptions): Promise<0 | 1 | 2> {
  const plan: BenchPlan = {
    seconds: countOf('seconds', options.seconds, { min: 1, max: 600 }),
    batch: countOf('batch', options.batch, { min: 1, max: 1000 }),
    connections: countOf('connections', options.connections, { min: 1, max: 64 }),
  };
  if (options.yes !== true) {
    console.error(
      `Nothing was sent: the events of a benchmark stay in the log "general" of ${options.url} for as long as that is kept, and nobody can take them out. Give --yes to send them.`,
    );
    return 2;
  }
  const name = `bench_${randomUUID()}`;
  const client = connectUnderKey(options, () => `batch_${randomUUID()}`);
  const send = (events: readonly object[]): Promise<SubmissionAnswer> =>
    client.request('POST', '/api/v1/audit/events', {
      schema: submissionAnswer,
      query: { acknowledgement: 'durable' },
      body: events,
    });
  const event = (number: number): object => ({
    type: 'application.act',
    action: 'audit-benchmark.send',
    outcome: 'succeeded',
    actor: { type: 'service', id: 'custos-audit-bench' },
    requestId: name,
    details: { number, purpose: 'benchmark' },
  });
  const report = await measure(plan, { send, event, clock: systemClock });
  for (const line of benchLines(plan, report)) console.log(plain(line));
  if (report.accepted > 0) {
    console.log(`They stay on record: custos audit query --request-id ${name}`);
  }
  if (report.failure !== null) console.error(`custos audit bench: ${messageOf(report.failure)}`);
  return report.failure === null && report.rejected === 0 && report.accepted > 0 ? 0 : 1;
}

/** Sends for the time of the plan and waits for the answers that are under way. Never rejects. */
export async function measure(
  { seconds, batch, connections }: BenchPlan,
  via: {
    readonly send: (events: readonly object[]) => Promise<SubmissionAnswer>;
    readonly event: (number: number) => object;
    readonly clock: Pick<Clock, 'monotonic'>;
  },
): Promise<BenchReport> {
  const { send, event, clock } = via;
  const began = clock.monotonic();
  const until = began + seconds * 1000;
  const counts = { accepted: 0, dropped: 0, rejected: 0 };
  const answersMs: number[] = [];
  let refusal: string | null = null;
  let failure: Error | null = null;
  let made = 0;

  async function connection(): Promise<void> {
    while (clock.monotonic() < until && failure === null) {
      const events = Array.from({ length: batch }, () => event(made++));
      const sentAt = clock.monotonic();
      try {
        const { results } = await send(events);
        answersMs.push(clock.monotonic() - sentAt);
        for (const result of results) {
          counts[result.status] += 1;
          if (result.status !== 'rejected') continue;
          refusal ??= result.errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
        }
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
      }
    }
  }

  await Promise.all(Array.from({ length: connections }, connection));
  answersMs.sort((a, b) => a - b);
  return { elapsedMs: clock.monotonic() - began, ...counts, refusal, answersMs, failure };
}

/** Nearest rank: the smallest value that at least this share of all does not exceed. Of a sorted list. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const msText = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(1)} ms`);

export function benchLines({ batch, connections }: BenchPlan, report: BenchReport): string[] {
  const { elapsedMs, accepted, dropped, rejected, refusal, answersMs } = report;
  const seconds = elapsedMs / 1000;
  return [
    `Answered: ${whole(accepted + dropped + rejected)} events in ${seconds.toFixed(1)} s, ${batch} in a request, ${connections} requests at a time`,
    `On record: ${whole(accepted)} events, ${whole(accepted / seconds)} events/s, each on disk before it was answered`,
    `An answer: p50 ${msText(percentile(answersMs, 0.5))}, p99 ${msText(percentile(answersMs, 0.99))}, of ${whole(answersMs.length)}`,
    ...(dropped === 0
      ? ['Dropped by the rate limit: none']
      : [
          `Dropped by the rate limit: ${whole(dropped)} events. So this measured the limit of this token's source and not the server; RATE_LIMIT_PER_SECOND, RATE_LIMIT_BURST or the profile high-traffic raise it.`,
        ]),
    ...(rejected === 0
      ? []
      : [`Refused: ${whole(rejected)} events, the first for ${refusal ?? 'no reason'}`]),
  ];
}
