import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory, testColumns } from '../../packages/server/test/columns.ts';
import { discard, eventually, serve, setUp } from '../../packages/server/test/serve.ts';
import { quantile, type Figure } from '../figure.ts';
import { family, residentMb } from '../process-stats.ts';
import { startPrometheus } from './prometheus.ts';

const series = 10_000;
const steps = 100;
const stepMs = 15_000;
const rounds = 3;
const samples = series * steps;
const blockRows = 50_000;

/** A sender in a process of its own, that does as it is told round after round. */
function startSender(url: string, token: string) {
  const script = fileURLToPath(new URL('./write-sender.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, url, token], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    /** Samples per second of one round that begins at `fromMs`. */
    async round(fromMs: number): Promise<number> {
      child.stdin!.write(`${fromMs} ${steps}\n`);
      await lines.next();
      child.stdin!.write('go\n');
      const answer = await lines.next();
      const elapsedMs = Number(answer.value);
      if (answer.done === true || Number.isNaN(elapsedMs)) throw new Error('The sender gave up.');
      return (samples / elapsedMs) * 1000;
    },
    async stop(): Promise<void> {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The samples of one round straight to the engine, block after block, ready as it takes them. */
async function rawRate(): Promise<number> {
  const directory = temporaryDirectory();
  const columns = testColumns({ dataDirectory: directory.path });
  try {
    await columns.start();
    await columns.ready();
    const fromMs = Date.now() - steps * stepMs;
    let elapsedMs = 0;
    for (let step = 0; step < steps; step += blockRows / series) {
      const rows: string[] = [];
      for (let row = 0; row < blockRows; row += 1) {
        const number = row % series;
        const atMs = fromMs + (step + Math.floor(row / series)) * stepMs;
        rows.push(
          `["${(BigInt(number) + 1n) * 1_844_674_407_370_955n}",${Math.round(atMs)},${number + step * 9}]\n`,
        );
      }
      const part = Buffer.from(rows.join(''));
      const began = performance.now();
      await columns.load('metric_sample', { columns: ['series', 'time', 'value'], parts: [part] });
      elapsedMs += performance.now() - began;
    }
    return (samples / elapsedMs) * 1000;
  } finally {
    await columns.stop();
    directory.remove();
  }
}

/** Raises unless every sample that was acknowledged can be asked for. */
async function checkAll(url: string, token: string, endMs: number): Promise<void> {
  const query = encodeURIComponent('sum(count_over_time(bench_requests_total[3h]))');
  await eventually(
    async () => {
      const reply = await fetch(`${url}/prometheus/api/v1/query?query=${query}&time=${endMs / 1000}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { data } = (await reply.json()) as { data?: { result: [{ value: [number, string] }] } };
      return Number(data?.result[0].value[1]) === samples * rounds;
    },
    { timeoutMs: 60_000, everyMs: 1_000, what: 'the presence of every sample' },
  );
}

/**
 * Remote write over HTTP, until acknowledged: 10,000 series, batches of 2,000 samples, four connections, the
 * whole server. Rounds alternate with a Prometheus of the machine when one is on the PATH, which gets the same
 * bodies; and the same rows straight into the embedded engine.
 */
export async function run(): Promise<readonly Figure[]> {
  const served = await serve({ config: { telemetry: { ingest: { itemsPerSecond: 1_000_000_000 } } } });
  const peer = await startPrometheus();
  const senders: { stop(): Promise<void> }[] = [];
  try {
    const client = await setUp(served);
    const { token } = await client.tokens.create({
      name: 'bench',
      permissions: ['telemetry.ingest', 'metric.read'],
      expiresInDays: 1,
    });
    const own = startSender(`${served.url}/api/v1/write`, token);
    const other = peer === undefined ? undefined : startSender(`${peer.url}/api/v1/write`, '');
    senders.push(own, ...(other === undefined ? [] : [other]));
    const fromMs = Date.now() - rounds * steps * stepMs;
    const ownRates: number[] = [];
    const peerRates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const atMs = fromMs + round * steps * stepMs;
      ownRates.push(await own.round(atMs));
      if (other !== undefined) peerRates.push(await other.round(atMs));
    }
    await checkAll(served.url, token, fromMs + rounds * steps * stepMs);
    const main = served.process.pid ?? 0;
    const columns = family(main).filter((pid) => pid !== main);
    const memory = {
      name: peer === undefined ? 'a Node process at rest' : 'Prometheus',
      value: peer === undefined ? 45 : residentMb(peer.pid),
    };
    const raw = { name: 'the same rows straight into chDB', value: await rawRate() };
    const value = quantile(ownRates, 0.5);
    return [
      {
        figure: 'samples-per-second',
        value,
        unit: '1/s',
        baseline:
          peer === undefined
            ? raw
            : { name: `Prometheus ${peer.version}, the same bodies`, value: quantile(peerRates, 0.5) },
      },
      { figure: 'samples-per-second-of-raw', value, unit: '1/s', baseline: raw },
      { figure: 'memory-main-mb', value: residentMb(main), unit: 'MB', baseline: memory },
      {
        figure: 'memory-columns-mb',
        value: columns.reduce((sum, pid) => sum + residentMb(pid), 0),
        unit: 'MB',
        baseline: memory,
      },
    ];
  } finally {
    for (const sender of senders) await sender.stop();
    await peer?.stop();
    await discard(served);
  }
}
