import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { postEvents, publicLogs, readServedLog, sendEvents, tokenFor, unlimited } from './audit-ledger.ts';
import { discard, eventually, serve, setUp, signIn, type Served } from './serve.ts';

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

const lives: Served[] = [];
afterEach(async () => {
  for (const served of lives.splice(0).toReversed()) await discard(served);
});

/** 50 KB and a little less than the limit. */
const wide = (number: number) => ({
  type: 'application.act',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_1' },
  details: { number, text: 'x'.repeat(50_000) },
});
const login = {
  type: 'authentication.login',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_1' },
  details: { method: 'password' },
};

/**
 * From now on the process cannot write behind this place in any file (`EFBIG`), which is what a full disk is
 * to a journal. The place lies behind everything that State writes and before where the journal is.
 */
function denyWritesBehind(served: Served, bytes: number): void {
  const { pid = 0 } = served.process;
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

test.skipIf(!hasPrlimit)(
  'I17: after a storage error nothing is acknowledged and no privileged act is done; with room again it goes on (skipped without prlimit)',
  async () => {
    const config = { columns: { enabled: false }, audit: { settings: unlimited } };
    let served = await serve({ config });
    lives.push(served);
    const client = await setUp(served);
    const token = await tokenFor(client, 'shop', ['audit.write', 'audit.read']);
    const logs = await publicLogs(client);
    for (let batch = 0; batch < 10; batch += 1) {
      await sendEvents(
        served.url,
        Array.from({ length: 20 }, (_, at) => wide(batch * 20 + at)),
        { token },
      );
    }
    const [before] = await sendEvents(served.url, [login], { token });
    const probe = await client.probes.create({
      name: 'Closed port',
      kind: 'tcp',
      paused: true,
      options: { host: '127.0.0.1', port: 1 },
    });

    denyWritesBehind(served, 8_000_000);
    const database = statSync(join(served.directory, 'data', 'state.sqlite')).size;
    expect(database).toBeLessThan(8_000_000);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await postEvents(served.url, [login], { token });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        503,
        'ledger_failed',
      ]);
    }
    // The attempt cannot be put on record, so nothing is done.
    await expect(client.probes.remove(probe.id)).rejects.toMatchObject({
      status: 503,
      code: 'audit_unavailable',
    });
    await expect(client.audit.list({ limit: 1 })).rejects.toMatchObject({
      status: 503,
      code: 'audit_unavailable',
    });
    expect((await client.probes.get(probe.id)).name).toBe('Closed port');
    // Health is looked at every five seconds at most.
    const bad = await eventually(
      async () => {
        const health = await client.audit.health();
        return health.status === 'critical' && health;
      },
      { what: 'critical health', everyMs: 500 },
    );
    expect(bad.components.find(({ name }) => name === 'ledger')?.status).toBe('critical');
    expect((await client.audit.ledger.status()).status).toBe('critical');

    // It ends in good order all the same, and with room it goes on behind the last good entry.
    await served.stop();
    served = await serve({ config, directory: served.directory, port: served.port });
    lives.push(served);
    const again = await signIn(served);
    const [after] = await sendEvents(served.url, [login], { token });
    if (before?.status !== 'accepted' || after?.status !== 'accepted') throw new Error('not accepted');
    expect(after.index).toBeGreaterThan(before.index ?? Infinity);
    const component = (await again.audit.health()).components.find(({ name }) => name === 'ledger');
    expect(component?.status).toBe('ok');
    await again.probes.remove(probe.id);

    const security = logs.find(({ name }) => name === 'security');
    if (security === undefined) throw new Error('there is no log for security');
    const entries = await eventually(
      async () => {
        const read = await readServedLog(served.url, security, token);
        return read.length > (after.index ?? 0) && read;
      },
      { what: 'the log behind the fault' },
    );
    const mine = entries
      .map((leaf) => JSON.parse(leaf.toString()) as { id: string; source: string })
      .flatMap(({ id, source }, index) => (source === 'shop' ? [`${index} ${id}`] : []));
    expect(mine).toEqual([`${before.index} ${before.id}`, `${after.index} ${after.id}`]);
  },
  60_000,
);
