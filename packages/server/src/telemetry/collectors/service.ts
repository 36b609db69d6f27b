import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Labels } from '../../base/labels.ts';
import type { Logger } from '../../base/logger.ts';
import { SampleColumns } from '../ingest/sample-columns.ts';
import { everyInterval } from '../ingest/scrape/loop.ts';
import { createSession, type Session } from '../ingest/scrape/session.ts';
import type { IngestTally, SampleIntake, Source } from '../types.ts';
import { createHostCollector } from './host.ts';
import { writeMeasurements } from './measure.ts';
import { readPostgres } from './postgres.ts';
import { createProcessCollector } from './process.ts';
import { readRedis } from './redis.ts';
import type { Collector, DatabaseTargets } from './types.ts';

export interface CollectorsOptions {
  readonly samples: SampleIntake;
  readonly tally: IngestTally;
  readonly clock: Clock;
  readonly log: Logger;
  /** The name of this node, as `instance` of Custos's own figures. */
  readonly node: string;
  /** What is read; everything unless told otherwise. */
  readonly enabled?: { readonly host: boolean; readonly process: boolean; readonly custos: boolean };
  /** Custos's own figures, as `/metrics` has them. */
  readonly ownMetrics: () => Promise<string>;
  /** Times that Custos was started after the first. */
  readonly restarts: () => number;
  /** Databases that are probed, when their statistics are wanted. */
  readonly databases?: DatabaseTargets;
  /** 15,000 ms unless told. */
  readonly intervalMs?: number;
}

export interface Collectors {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const defaultIntervalMs = 15_000;
/** A database that hangs is given up after this long. */
const databaseTimeoutMs = 10_000;

/** Figures of the process have a collector of their own. */
const ofProcess = /^(process|nodejs)_/;

/** Reads the host, this process, Custos's own figures and probed databases at one interval. */
export function createCollectors(options: CollectorsOptions): Collectors {
  const { samples, tally, clock, log, node, databases, intervalMs = defaultIntervalMs } = options;
  const { enabled = { host: true, process: true, custos: true } } = options;
  const stopping = new AbortController();
  const databaseSessions = new Map<string, Session>();
  let collectors: readonly Collector[] = [];
  let running: Promise<unknown> = Promise.resolve();

  const sourceOf = (name: string): Source => ({ door: 'collector', signal: 'metrics', name });

  const sessionOf = (name: string, labels: Labels): Session =>
    createSession({
      labels,
      samples,
      source: sourceOf(name),
      ...(name === 'custos' ? { relabel: (own) => !ofProcess.test(own.get('__name__') ?? '') } : {}),
    });

  async function put(name: string, columns: SampleColumns, bytes: number): Promise<void> {
    if (columns.length === 0) return;
    const acceptance = await samples.append(columns.batch(), sourceOf(name));
    tally.accepted(sourceOf(name), acceptance.accepted, bytes);
    tally.refused(sourceOf(name), acceptance.refusals);
  }

  async function take(name: string, session: Session, given: { text: string; atMs: number }): Promise<void> {
    const columns = new SampleColumns();
    const { refusals } = session.take(given.text, { open: false, atMs: given.atMs, columns });
    tally.refused(sourceOf(name), refusals);
    await put(name, columns, given.text.length);
  }

  function begin(name: string, read: (atMs: number) => Promise<void>): Promise<void> {
    const parts = { clock, log: log.child({ collector: name }), signal: stopping.signal };
    return everyInterval({ intervalMs, offsetMs: 0 }, parts, read);
  }

  async function readDatabases(targets: DatabaseTargets, atMs: number): Promise<void> {
    const present = new Set<string>();
    const read = (await targets.list()).map(async (target) => {
      const name = `${target.kind} ${target.instance}`;
      present.add(name);
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(databaseTimeoutMs)]);
      const found =
        target.kind === 'postgres' ? await readPostgres(target, signal) : await readRedis(target, signal);
      let session = databaseSessions.get(name);
      if (session === undefined) {
        session = sessionOf(name, { job: target.kind, instance: target.instance });
        databaseSessions.set(name, session);
      }
      await take(name, session, { text: writeMeasurements(found), atMs });
    });
    for (const outcome of await Promise.allSettled(read)) {
      if (outcome.status === 'rejected') {
        log.warn({ reason: messageOf(outcome.reason) }, 'figures of a database could not be taken');
      }
    }
    // A database that is probed no more has no figures any more.
    for (const [name, session] of databaseSessions) {
      if (present.has(name)) continue;
      databaseSessions.delete(name);
      const columns = new SampleColumns();
      session.end(columns, atMs);
      await put(name, columns, 0);
    }
  }

  return {
    async start() {
      collectors = [
        ...(enabled.host ? [createHostCollector(clock)] : []),
        ...(enabled.process
          ? [createProcessCollector(clock, { instance: node, restarts: options.restarts })]
          : []),
      ];
      const rounds = collectors.map((collector) => {
        const session = sessionOf(collector.name, collector.labels);
        return begin(collector.name, async (atMs) => {
          const text = writeMeasurements(await collector.collect(stopping.signal));
          await take(collector.name, session, { text, atMs });
        });
      });
      if (enabled.custos) {
        const session = sessionOf('custos', { job: 'custos', instance: node });
        rounds.push(
          begin('custos', async (atMs) =>
            take('custos', session, { text: await options.ownMetrics(), atMs }),
          ),
        );
      }
      if (databases !== undefined) {
        rounds.push(begin('databases', (atMs) => readDatabases(databases, atMs)));
      }
      running = Promise.all(rounds);
    },
    async stop() {
      stopping.abort();
      await running;
      for (const collector of collectors) collector.stop?.();
    },
  };
}
