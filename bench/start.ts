import { spawn } from 'node:child_process';
import { discard, eventually, serve, setUp } from '../packages/server/test/serve.ts';
import { freePort } from '../packages/server/test/stores.ts';
import { quantile, type Figure } from './figure.ts';

const rounds = 7;

/** The least that any server of this kind needs: Node with Fastify and one route. */
async function bareServer(): Promise<number> {
  const port = await freePort();
  const script = `import('fastify').then(async ({ default: f }) => { const s = f(); s.get('/readyz', async () => 'ok'); await s.listen({ port: ${port} }); });`;
  const before = performance.now();
  const child = spawn(process.execPath, ['-e', script], {
    cwd: new URL('../packages/server', import.meta.url),
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}/readyz`;
  await eventually(async () => (await fetch(url)).ok, { everyMs: 10 });
  const took = performance.now() - before;
  child.kill('SIGKILL');
  return took;
}

/** From spawn to `/readyz` on a data directory that has been used before. */
export async function run(): Promise<readonly Figure[]> {
  const first = await serve();
  await setUp(first);
  await first.stop();
  const own: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = performance.now();
    const served = await serve({ directory: first.directory, port: first.port });
    own.push(performance.now() - before);
    await served.stop();
    bare.push(await bareServer());
  }
  await discard(first);
  return [
    {
      figure: 'ready-ms',
      value: quantile(own, 0.5),
      unit: 'ms',
      baseline: { name: 'bare Fastify server', value: quantile(bare, 0.5) },
    },
  ];
}
