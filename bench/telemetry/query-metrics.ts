import { discard, eventually, serve, setUp, type Served } from '../../packages/server/test/serve.ts';
import { quantile, type Figure } from '../figure.ts';
import { family, residentMb } from '../process-stats.ts';
import { startPrometheus, type PrometheusPeer } from './prometheus.ts';
import { loadSeries, type Receiver } from './remote-write.ts';

const small = { metric: 'small_requests_total', count: 1_000 };
const large = { metric: 'large_requests_total', count: 10_000 };
const stepMs = 15_000;
/** An hour and the five minutes that the first window looks back. */
const steps = (65 * 60_000) / stepMs;
const rounds = 15;

/** Somebody who answers Prometheus's API. */
interface Subject {
  readonly api: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Query {
  readonly figure: string;
  readonly path: string;
}

async function timed({ api, headers }: Subject, path: string): Promise<{ ms: number; series: number }> {
  const begun = performance.now();
  const reply = await fetch(`${api}/${path}`, { headers });
  const text = await reply.text();
  const ms = performance.now() - begun;
  if (!reply.ok) throw new Error(`${path} was answered ${reply.status}: ${text.slice(0, 300)}`);
  return { ms, series: (JSON.parse(text) as { data: { result: unknown[] } }).data.result.length };
}

/** Both take turns in every round, so that whatever else the machine does meets both. */
async function compare(query: Query, own: Subject, peer: Subject | undefined): Promise<Figure> {
  const ownMs: number[] = [];
  const peerMs: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const mine = await timed(own, query.path);
    const theirs = peer === undefined ? undefined : await timed(peer, query.path);
    if (mine.series === 0 || (theirs !== undefined && theirs.series !== mine.series))
      throw new Error(`${query.figure}: ${mine.series} series here, ${theirs?.series} there`);
    // The first round warms up.
    if (round === 0) continue;
    ownMs.push(mine.ms);
    if (theirs !== undefined) peerMs.push(theirs.ms);
  }
  const value = quantile(ownMs, 0.5);
  return {
    figure: query.figure,
    value,
    unit: 'ms',
    baseline:
      peerMs.length > 0
        ? { name: 'Prometheus, the same call', value: quantile(peerMs, 0.5) }
        : { name: 'its own best of the run; no Prometheus on the PATH', value: Math.min(...ownMs) },
  };
}

function memory(served: Served, prometheus: PrometheusPeer | undefined): Figure[] {
  const [main = 0, ...others] = family(served.process.pid ?? 0);
  const baseline =
    prometheus === undefined
      ? { name: 'no Prometheus on the PATH', value: 0 }
      : { name: 'Prometheus', value: residentMb(prometheus.pid) };
  const columns = others.reduce((sum, pid) => sum + residentMb(pid), 0);
  return [
    { figure: 'memory-main-mb', value: residentMb(main), unit: 'MB', baseline },
    { figure: 'memory-columns-mb', value: columns, unit: 'MB', baseline },
  ];
}

/**
 * The queries of a dashboard over HTTP: `sum by (job) (rate(...[5m]))` over an hour at steps of a minute, of
 * 1,000 and of 10,000 series, and the same at one time. Prometheus, when there is one on the PATH, has the same
 * samples and is asked in turn.
 */
export async function run(): Promise<readonly Figure[]> {
  const prometheus = await startPrometheus();
  let served = await serve();
  try {
    const client = await setUp(served);
    const { token } = await client.tokens.create({
      name: 'bench',
      permissions: ['telemetry.ingest', 'metric.read'],
      expiresInDays: 1,
    });
    const headers = { authorization: `Bearer ${token}` };
    const own: Subject = { api: `${served.url}/prometheus/api/v1`, headers };
    const receivers: Receiver[] = [{ url: `${served.url}/api/v1/write`, headers }];
    let peer: Subject | undefined;
    if (prometheus !== undefined) {
      receivers.push({ url: `${prometheus.url}/api/v1/write` });
      peer = { api: `${prometheus.url}/api/v1`, headers: {} };
    }
    // Away from whole minutes: Prometheus 2 counts a sample at the beginning of a window and Prometheus 3 does not.
    const endMs = Math.floor(Date.now() / 60_000) * 60_000;
    const fromMs = endMs - steps * stepMs + 7_000;
    await loadSeries(receivers, { shapes: [small, large], fromMs, stepMs, steps, batch: 2_000 });

    const expression = (metric: string): string => encodeURIComponent(`sum by (job) (rate(${metric}[5m]))`);
    const range = `start=${endMs / 1000 - 3_600}&end=${endMs / 1000}&step=60`;
    const queries: readonly Query[] = [
      { figure: 'range-1000-p50-ms', path: `query_range?query=${expression(small.metric)}&${range}` },
      { figure: 'range-10000-p50-ms', path: `query_range?query=${expression(large.metric)}&${range}` },
      { figure: 'instant-1000-p50-ms', path: `query?query=${expression(small.metric)}&time=${endMs / 1000}` },
      {
        figure: 'instant-10000-p50-ms',
        path: `query?query=${expression(large.metric)}&time=${endMs / 1000}`,
      },
      { figure: 'select-1000-p50-ms', path: `query?query=${small.metric}&time=${endMs / 1000}` },
    ];
    await eventually(async () => (await timed(own, queries[2]!.path)).series === 20, { what: 'the samples' });
    const figures: Figure[] = [];
    for (const query of queries) figures.push(await compare(query, own, peer));
    figures.push(...memory(served, prometheus));

    // With ten minutes in memory the same hour comes from columns.
    await served.stop();
    const { directory, port } = served;
    served = await serve({ directory, port, config: { telemetry: { metrics: { headMinutes: 10 } } } });
    await eventually(async () => (await timed(own, queries[0]!.path)).series === 20, {
      what: 'the samples',
      timeoutMs: 60_000,
    });
    for (const { figure, path } of queries.slice(0, 2))
      figures.push(await compare({ figure: figure.replace('-p50', '-from-columns-p50'), path }, own, peer));
    return figures;
  } finally {
    await discard(served);
    await prometheus?.stop();
  }
}
