import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ConfigurationInput } from '../src/app/config.ts';
import { publicLogs, readServedLog, sendEvents, tokenFor } from './audit-ledger.ts';
import { custos } from './command.ts';
import { discard, eventually, launch, serve, setUp, signIn, type Served } from './serve.ts';
import { freePort } from './stores.ts';

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

const columns = { enabled: false };
const network = { internal: ['127.0.0.0/8', 'localhost'], allowPlainHttp: true };

const draw = (number: number) => ({
  type: 'draw.result-change',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_1' },
  details: { drawId: `draw_${number}`, after: [1, 2, 3] },
});

test('I9: a data directory that was put back must not sign; it goes on under a new origin that names the old head', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-rollback-'));
  cleaning.push(() => rmSync(directory, { recursive: true, force: true }));
  const origin = 'shop.example/audit';
  const place = { directory, port: await freePort() };
  const lives: Served[] = [];
  const live = async (config: ConfigurationInput): Promise<Served> => {
    const served = await serve({ ...place, config });
    lives.push(served);
    return served;
  };
  cleaning.push(() => Promise.all(lives.map((served) => served.kill())));

  // What the operators of the two tell each other: the keys of the logs, and the key of the witness.
  let shop = await live({ columns, network, audit: { origin } });
  const logs = await publicLogs(await setUp(shop));
  expect(await shop.stop()).toBe(0);
  const witness = await serve({
    config: {
      columns,
      audit: {
        witness: {
          name: 'witness.example/w',
          logs: logs.map((log) => ({ origin: log.origin, keys: [log.vkey] })),
        },
      },
    },
  });
  cleaning.push(() => discard(witness));
  const { witnessKeys } = await (await setUp(witness)).audit.ledger.status();
  const policy = `witness w ${witnessKeys[0]} ${witness.url}/witness\nquorum w\n`;
  const config = { columns, network, audit: { origin, policy, outsideRequired: true } };

  shop = await live(config);
  const client = await signIn(shop);
  const token = await tokenFor(client, 'casino', ['audit.write']);
  const send = (from: number, count: number) =>
    sendEvents(
      shop.url,
      Array.from({ length: count }, (_, at) => draw(from + at)),
      { token, acknowledgement: 'witnessed' },
    );
  await send(0, 3);
  expect(await shop.stop()).toBe(0);

  const copy = join(directory, 'copy');
  cpSync(join(directory, 'data'), copy, { recursive: true });
  shop = await live(config);
  const lost = await send(3, 4);
  const old = (await (await signIn(shop)).audit.ledger.status()).logs.find(
    ({ name }) => name === 'financial',
  );
  expect(old?.checkpoint).toMatchObject({ size: 7 });
  expect(lost.map((result) => 'index' in result && result.index)).toEqual([3, 4, 5, 6]);
  await shop.kill();
  renameSync(join(directory, 'data'), join(directory, 'newest'));
  renameSync(copy, join(directory, 'data'));

  const refused = await launch({ ...place, config });
  lives.push(refused);
  expect(await refused.exited).toBe(2);
  expect(refused.output()).toMatch(
    /The log shop\.example\/audit\/\w+ has \d+ entries, but the witness w knows \d+\. Restore the newest state, or resume under a new origin, which records the old head\./,
  );
  expect(refused.output()).toContain('custos audit resume');

  // Each log that must not sign any more is given up by name.
  const file = join(directory, 'custos.yaml');
  const resume = (log: string) =>
    custos(['audit', 'resume', '--log', log, '--origin', `${origin}/${log}-2`, '--config', file], {
      directory,
    });
  const ends: string[] = [];
  // The sign-in of the lost life is an entry of security that the witness may have seen too.
  for (const name of ['security', 'financial']) {
    const { code, out, error } = await resume(name);
    ends.push(`${name} ${code} ${/^"\w+" goes on as \S+/.exec(out)?.[0] ?? error.trim()}`);
  }
  expect(ends.find((end) => end.startsWith('financial'))).toBe(
    `financial 0 "financial" goes on as ${origin}/financial-2`,
  );

  shop = await live({ ...config, audit: { ...config.audit, outsideRequired: false } });
  const again = await signIn(shop);
  const now = (await publicLogs(again)).find(({ name }) => name === 'financial');
  expect(now?.origin).toBe(`${origin}/financial-2`);
  expect(now?.vkey).not.toBe(logs.find(({ name }) => name === 'financial')?.vkey);
  const reader = await tokenFor(again, 'reader', ['audit.read']);
  const entries = await eventually(
    async () => {
      const read = await readServedLog(shop.url, now ?? logs[0]!, reader);
      return read.length >= 4 && read;
    },
    { what: 'the resumed log' },
  );
  const resumed = JSON.parse(entries[3]?.toString() ?? '') as { action: string; details: object };
  expect(resumed.action).toBe('ledger.resume');
  expect(resumed.details).toMatchObject({
    oldOrigin: `${origin}/financial`,
    newOrigin: `${origin}/financial-2`,
    source: 'the witness w',
    knownSize: 7,
    ownSize: 3,
  });
  // It takes events again; under the new origin they are the next ones.
  const [next] = await sendEvents(shop.url, [draw(9)], { token });
  expect(next).toMatchObject({ status: 'accepted', index: 4 });
}, 120_000);
