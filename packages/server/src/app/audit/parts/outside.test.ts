import { createHmac } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startReceiver } from '../../../../test/receivers.ts';
import { eventually } from '../../../../test/serve.ts';
import { describeOnBothStores } from '../../../../test/stores.ts';
import { hasOpenssl, startAuthority } from '../../../audit/anchors/authority-fixture.ts';
import type { WitnessService } from '../../../audit/anchors/witness/service.ts';
import { parseVerifierKey } from '../../../audit/log/formats/keys.ts';
import { checkpointTrust, parsePolicy } from '../../../audit/log/formats/policy.ts';
import { parseNote } from '../../../audit/log/formats/signed-note.ts';
import { startS3Edge } from '../../../storage/objects/test/s3-edge.ts';
import type { State } from '../../../storage/state/state.ts';
import { act, identityOn, openInstallation, removed, type Installation } from './installation-fixture.ts';

/** A witness behind HTTP, as its route serves it. */
async function serveWitness(witness: WitnessService): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { status, contentType, body } = await witness.addCheckpoint(Buffer.concat(chunks).toString());
      response.writeHead(status, { 'content-type': contentType }).end(body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const logKeys = (policyText: string): { origin: string; vkey: string }[] =>
  policyText
    .split('\n')
    .filter((line) => line.startsWith('log '))
    .map((line) => line.slice(4))
    .map((vkey) => ({ vkey, origin: parseVerifierKey(vkey).name }));

describeOnBothStores('those outside, from the configuration', (open) => {
  const cleanups: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  const install = async (request: {
    readonly state?: State;
    readonly configuration?: unknown;
    readonly dataPath?: string;
  }): Promise<Installation> => {
    const installation = await openInstallation({ ...request, state: request.state ?? (await open()) });
    let isClosed = false;
    const close = async (): Promise<void> => {
      if (!isClosed) await installation.close();
      isClosed = true;
    };
    cleanups.push(() => removed(installation), close);
    return { ...installation, close };
  };
  const checkpointOf = ({ ledger }: Installation) =>
    parseNote(ledger.reader('security').checkpoint() as string);
  const progressOf = ({ work }: Installation, index = 0) =>
    work.anchoring.status()[index]?.logs.find(({ log }) => log === 'security');

  test('one installation is the witness of another', async () => {
    const [state, other] = [await open(), await open()];
    const written = { origin: 'shop.example/audit', mlDsa44: true };
    // What an operator copies from one ledger page to the other's configuration.
    const bare = await install({ state, configuration: written });
    const keys = logKeys(bare.outside.policyText());
    await bare.close();
    const origins = Map.groupBy(keys, ({ origin }) => origin);
    const watching = {
      name: 'witness.example/w',
      logs: [...origins].map(([origin, own]) => ({ origin, keys: own.map(({ vkey }) => vkey) })),
    };
    const watcher = await install({ state: other, configuration: { witness: watching } });
    const witness = watcher.outside.witness as WitnessService;
    const server = await serveWitness(witness);
    cleanups.push(() => server.close());
    const policy = `witness w ${witness.vkeys[0]} ${server.url}\nquorum w`;

    const shop = await install({ state, configuration: { ...written, policy }, dataPath: bare.dataPath });
    await shop.work.part.start?.();
    await act(shop, 3);
    await shop.ledger.publish();
    await eventually(() => checkpointTrust(checkpointOf(shop), shop.outside.policy).trusted);
    expect(checkpointTrust(checkpointOf(shop), parsePolicy(shop.outside.policyText()))).toEqual({
      trusted: true,
    });
    expect(shop.work.witnesses.status()).toMatchObject([{ name: 'w', state: 'ok' }]);
    expect(shop.work.witnesses.health()).toEqual({ status: 'ok', reasons: [] });
    const seen = (await witness.list()).find(({ origin }) => origin === 'shop.example/audit/security');
    expect(seen?.head?.size).toBe(shop.ledger.reader('security').head().size);

    // Its keys are the same after every start, or no policy could name them.
    await watcher.close();
    const again = await install({ state: other, configuration: { witness: watching } });
    expect(again.outside.witness?.vkeys).toEqual(witness.vkeys);
  });

  test('a restored ledger does not open when the locked bucket of the configuration knows more', async () => {
    const edge = await startS3Edge({ lock: true });
    cleanups.push(() => edge.close());
    const endpoint = encodeURIComponent(`http://127.0.0.1:${edge.port}`);
    const configuration = {
      origin: 'shop.example/audit',
      anchors: [
        {
          kind: 's3-lock',
          name: 'vault',
          address: `s3://${edge.bucket}/heads?endpoint=${endpoint}`,
          secrets: edge.secrets,
          retainDays: 1,
        },
      ],
    };
    const state = await open();
    const first = await install({ state, configuration });
    await act(first, 2);
    await first.close();
    const copy = mkdtempSync(join(tmpdir(), 'custos-audit-'));
    cleanups.push(() => rmSync(copy, { recursive: true, force: true }));
    cpSync(first.dataPath, copy, { recursive: true });

    const second = await install({ state, configuration, dataPath: first.dataPath });
    await second.work.part.start?.();
    await act(second, 2);
    // The end hands over what came last.
    await second.close();
    const third = await install({ state, configuration, dataPath: first.dataPath });
    await third.work.part.start?.();
    await eventually(() => (progressOf(third)?.size ?? 0) >= 4);
    expect((await third.work.anchoring.receipts({ origin: 'shop.example/audit/security' }))[0]).toMatchObject(
      {
        anchor: 'vault',
        kind: 's3-lock',
      },
    );
    await third.close();
    if (state.dialect === 'postgres') return; // The journal is in the database; a directory does not restore it.
    await expect(openInstallation({ state, configuration, dataPath: copy })).rejects.toMatchObject({
      code: 'ledger_behind',
    });
  });

  test('a webhook gets every checkpoint, signed with its secret', async () => {
    const receiver = await startReceiver();
    cleanups.push(() => receiver.close());
    const secret = 'a secret of the receiver';
    const shop = await install({
      configuration: { anchors: [{ kind: 'webhook', name: 'notary', url: receiver.url, secret }] },
    });
    await act(shop, 1);
    await shop.ledger.publish();
    await shop.work.part.start?.();
    await eventually(() => receiver.received.length > 0);
    const { headers, body } = receiver.received[0] as (typeof receiver.received)[number];
    const [, seconds, proof] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['custos-signature'])) ?? [];
    expect(proof).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
    const { origin, checkpoint } = JSON.parse(body) as { origin: string; checkpoint: string };
    expect(checkpointTrust(parseNote(checkpoint), shop.outside.policy)).toEqual({ trusted: true });
    await eventually(async () => (await shop.work.anchoring.receipts({ origin })).length > 0);
  });

  test.runIf(hasOpenssl())('a time stamping authority stamps checkpoints', async () => {
    const authority = await startAuthority();
    cleanups.push(() => authority.close());
    const shop = await install({
      configuration: {
        anchors: [
          { kind: 'rfc3161', name: 'tsa', url: authority.url, ca: authority.ca, intervalSeconds: 10 },
        ],
      },
    });
    await act(shop, 1);
    await shop.ledger.publish();
    await shop.work.part.start?.();
    await eventually(() => shop.work.anchoring.status()[0]?.logs.some(({ size }) => size > 0));
    expect(shop.work.anchoring.status()[0]).toMatchObject({
      name: 'tsa',
      kind: 'rfc3161',
      intervalMs: 10_000,
    });
  });
});

describe('the policy of an installation', () => {
  const sqlite: State[] = [];
  const dataPaths: Installation[] = [];
  afterEach(async () => {
    for (const one of dataPaths.splice(0)) {
      await one.close();
      removed(one);
    }
    for (const state of sqlite.splice(0)) await state.close();
  });
  const openState = async (): Promise<State> => {
    const { openSqlite } = await import('../../../storage/state/sqlite.ts');
    const state = openSqlite(join(mkdtempSync(join(tmpdir(), 'custos-state-')), 'state.sqlite'));
    sqlite.push(state);
    return state;
  };
  const install = async (configuration: unknown, state?: State): Promise<Installation> => {
    const one = await openInstallation({ state: state ?? (await openState()), configuration });
    dataPaths.push(one);
    return one;
  };

  test('trusts its own logs when nothing is configured, with each of their keys', async () => {
    const shop = await install({ mlDsa44: true, logs: [{ name: 'shop', retentionDays: 30 }] });
    const { origin, logs } = await identityOn(shop.parts.state, {});
    expect(
      logKeys(shop.outside.policyText()).map((key) => [key.origin, parseVerifierKey(key.vkey).type]),
    ).toEqual(
      [...logs.map(({ name }) => name), 'shop'].flatMap((name) => [
        [`${origin}/${name}`, 0x01],
        [`${origin}/${name}`, 0x06],
      ]),
    );
    await act(shop, 1);
    await shop.ledger.publish();
    const note = parseNote(shop.ledger.reader('security').checkpoint() as string);
    expect(checkpointTrust(note, parsePolicy(shop.outside.policyText()))).toEqual({ trusted: true });
    expect(shop.outside.witness).toBeNull();
  });

  test('keeps what is configured and lists no key twice', async () => {
    const state = await openState();
    const bare = await install({}, state);
    const [first] = logKeys(bare.outside.policyText());
    await bare.close();
    dataPaths.splice(0);
    removed(bare);
    const shop = await install({ policy: `# ours\nlog ${first?.vkey}\nquorum none\n` }, state);
    const text = shop.outside.policyText();
    expect(text).toMatch(/^# ours$/m);
    expect(text.split(first?.vkey as string)).toHaveLength(2);
    expect(parsePolicy(text).logs).toHaveLength(3);
  });

  test('an anchor whose address cannot be is named', async () => {
    const anchor = { kind: 's3-lock', name: 'vault', address: 's3://bucket?color=red', retainDays: 1 };
    const webhook = { kind: 'webhook', name: 'a', url: 'https://a.example', secret: 'x'.repeat(16) };
    await expect(install({ anchors: [webhook, anchor] })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'audit.anchors.1.address', message: expect.stringContaining('"color"') }],
    });
  });
});
