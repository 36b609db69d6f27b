import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { discard, eventually, serve, setUp, type Served } from '../../packages/server/test/serve.ts';
import { quantile, type Figure } from '../figure.ts';
import { cpuSeconds, family, residentMb } from '../process-stats.ts';
import { startPrometheus, type PrometheusPeer } from './prometheus.ts';
import { labelBlocks, loadSeries, sendWrite, writeBody, type Receiver } from './remote-write.ts';

const shape = { metric: 'large_requests_total', count: 10_000 };
const stepMs = 15_000;
const groups = 10;
const rulesPerGroup = 100;
/** Rounds that are measured, after one to warm up. */
const rounds = 4;

/** A thousand alerting rules that look at ten series each, so that together they look at every series. */
function ruleFile(): string {
  const rule = (number: number): string => {
    const first = Math.floor(number / 20) * 3;
    const instances = `10[.]0[.](${first}|${first + 1}|${first + 2})[.].+`;
    const series = `${shape.metric}{job="job-${number % 20}",instance=~"${instances}"}`;
    return `      - alert: Busy${number}
        expr: rate(${series}[5m]) > 1e6
        for: 1m
        labels: { severity: warning }
        annotations: { summary: '{{ $labels.instance }} takes {{ $value | humanize }} requests a second' }`;
  };
  const group = (index: number): string => {
    const rules = Array.from({ length: rulesPerGroup }, (_, at) => rule(index * rulesPerGroup + at));
    return `  - name: group-${index}\n    interval: 15s\n    rules:\n${rules.join('\n')}`;
  };
  return `groups:\n${Array.from({ length: groups }, (_, index) => group(index)).join('\n')}\n`;
}

interface Group {
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
  readonly rules: readonly { readonly health: string; readonly lastError?: string }[];
}

/** What the last round of all groups took, in ms. Throws when a rule was not evaluated or failed. */
async function roundMs(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const reply = await fetch(`${url}/api/v1/rules`, { headers });
  const { data } = (await reply.json()) as { data: { groups: Group[] } };
  const rules = data.groups.flatMap((group) => group.rules);
  const bad = rules.find(({ health }) => health !== 'ok');
  if (rules.length !== groups * rulesPerGroup || bad !== undefined) {
    throw new Error(`${rules.length} rules, of which one is ${bad?.health}: ${bad?.lastError}`);
  }
  return data.groups.reduce((sum, { evaluationTime }) => sum + evaluationTime, 0) * 1000;
}

const cpuOf = (served: Served): number =>
  family(served.process.pid ?? 0).reduce((sum, pid) => sum + cpuSeconds(pid), 0);

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
 * 1,000 alerting rules every 15 s over 10,000 series that go on receiving samples: what a round takes and how
 * much of a core it needs, samples included. Prometheus, when there is one on the PATH, has the same rules and
 * samples at the same time.
 */
export async function run(): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-rules-'));
  const file = join(directory, 'rules.yml');
  writeFileSync(file, ruleFile());
  const prometheus = await startPrometheus(`rule_files: ['${file}']\n`);
  const served = await serve({ config: { telemetry: { rules: { files: [file] } } } });
  try {
    const client = await setUp(served);
    const { token } = await client.tokens.create({
      name: 'bench',
      permissions: ['telemetry.ingest', 'metric.read'],
      expiresInDays: 1,
    });
    const headers = { authorization: `Bearer ${token}` };
    const receivers: Receiver[] = [{ url: `${served.url}/api/v1/write`, headers }];
    if (prometheus !== undefined) receivers.push({ url: `${prometheus.url}/api/v1/write` });
    const steps = 24;
    const beganMs = Date.now() - steps * stepMs;
    await loadSeries(receivers, { shapes: [shape], fromMs: beganMs, stepMs, steps, batch: 2_000 });

    const own = `${served.url}/prometheus`;
    await eventually(() => roundMs(own, headers), {
      timeoutMs: 60_000,
      everyMs: 500,
      what: 'the first round',
    });
    if (prometheus !== undefined) {
      await eventually(() => roundMs(prometheus.url, {}), {
        timeoutMs: 60_000,
        what: "Prometheus's first round",
      });
    }

    const blocks = labelBlocks(shape);
    let level = 1_000;
    async function sendStep(): Promise<void> {
      level += 10;
      for (let from = 0; from < blocks.length; from += 2_000) {
        const body = writeBody(
          blocks,
          { from, to: from + 2_000, atMs: Date.now() },
          (number) => number + level,
        );
        await Promise.all(receivers.map((receiver) => sendWrite(receiver, body)));
      }
    }

    await sendStep();
    await delay(stepMs);
    const cpuBefore = cpuOf(served);
    const peerBefore = prometheus === undefined ? 0 : cpuSeconds(prometheus.pid);
    const startedAt = performance.now();
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await sendStep();
      await delay(stepMs);
      mine.push(await roundMs(own, headers));
      if (prometheus !== undefined) theirs.push(await roundMs(prometheus.url, {}));
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const share = (cpuOf(served) - cpuBefore) / seconds;
    const peerShare = prometheus === undefined ? 0 : (cpuSeconds(prometheus.pid) - peerBefore) / seconds;
    const name =
      prometheus === undefined
        ? 'its own best round; no Prometheus on the PATH'
        : 'Prometheus, the same rules';
    return [
      {
        figure: 'round-ms',
        value: quantile(mine, 0.5),
        unit: 'ms',
        baseline: { name, value: prometheus === undefined ? Math.min(...mine) : quantile(theirs, 0.5) },
      },
      { figure: 'cpu-share', value: share, unit: 'cores', baseline: { name, value: peerShare } },
      ...memory(served, prometheus),
    ];
  } finally {
    await discard(served);
    await prometheus?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
