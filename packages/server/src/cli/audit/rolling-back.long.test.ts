import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@custos/client';
import { expect, test } from 'vitest';
import { discard, serve, setUp, signIn, type Served } from '../../../test/serve.ts';
import { runAudit } from './run-fixture.ts';

/** "Rolling back" of docs/audit.md, where State goes back to before an upgrade and the ledger does not. */

const settings = { columns: { enabled: false }, audit: { origin: 'audit.example.com/test' } };

test('with State of before and the ledger of now Custos starts, and every event is found and proven', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-rolling-back-'));
  const before = mkdtempSync(join(tmpdir(), 'custos-state-before-'));
  const data = join(directory, 'data');
  const stateFiles = (from: string): string[] =>
    readdirSync(from).filter((name) => name.startsWith('state.sqlite'));
  let served: Served | undefined;
  try {
    served = await serve({ directory, config: settings });
    const { port } = served;
    const admin = await setUp(served);
    const permissions = ['audit.read', 'audit.write'] as const;
    const { token } = await admin.tokens.create({
      name: 'shop',
      permissions: [...permissions],
      expiresInDays: 1,
    });
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, token);
    const record = (id: string) =>
      createClient({ baseUrl: served?.url ?? '', token }).audit.record({
        id,
        type: 'user.status-change',
        outcome: 'succeeded',
        actor: { type: 'user', id: 'usr_1' },
        address: '192.0.2.7',
        details: { before: 'active', after: 'closed' },
      });
    await record('before');
    await served.stop();
    for (const name of stateFiles(data)) cpSync(join(data, name), join(before, name));

    served = await serve({ directory, port, config: settings });
    await record('since');
    await served.stop();
    for (const name of stateFiles(data)) rmSync(join(data, name));
    cpSync(before, data, { recursive: true });

    served = await serve({ directory, port, config: settings });
    const connection = ['--url', served.url, '--token-file', tokenFile];
    expect(await runAudit('prove', 'since', ...connection)).toMatchObject({ code: 0 });
    expect(await runAudit('verify', '-c', join(directory, 'custos.yaml'))).toMatchObject({ code: 0 });
    expect(await runAudit('try', ...connection)).toMatchObject({ code: 0 });
    const again = await signIn(served);
    expect((await again.audit.get('before')).sealedFields).toEqual(['address']);
    // What the vault took since is gone with State, as the page says.
    expect((await again.audit.get('since')).sealedFields).toEqual([]);
    expect((await again.audit.get('since')).sealedCount).toBe(1);
  } finally {
    if (served !== undefined) await discard(served);
    for (const one of [directory, before]) rmSync(one, { recursive: true, force: true });
  }
}, 180_000);
