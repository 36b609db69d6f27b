import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import { openSqlite } from '../state/sqlite.ts';
import { migrate } from '../state/migrate.ts';
import { migrations } from '../state/migrations/index.ts';
import type { State } from '../state/state.ts';
import { isSealed, openFields, removeFields, sealFields, sealedMark } from './fields.ts';
import { openKeyFile } from './key-file.ts';
import { parseSecretKeys } from './keys.ts';
import { createSecrets } from './service.ts';

const clock = createManualClock();
const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'custos-secrets-'));
  directories.push(directory);
  return directory;
}

const newKey = (): string => randomBytes(32).toString('base64');
const keysOf = (...texts: readonly string[]) => parseSecretKeys(texts.join(','), 'CUSTOS_SECRET_KEY');
const opened = (state: State, ...texts: readonly string[]) =>
  createSecrets({ state, keys: keysOf(...texts), clock });

describeOnBothStores('secrets', (open) => {
  test('what is put is got, replaced and removed', async () => {
    const secrets = await opened(await open(), newKey());
    expect(await secrets.get('channel/a/token')).toBeUndefined();
    await secrets.put('channel/a/token', 'first');
    await secrets.put('channel/a/token', 'sécond ✓');
    await secrets.put('channel/b/token', '');
    expect(await secrets.get('channel/a/token')).toBe('sécond ✓');
    expect(await secrets.get('channel/b/token')).toBe('');
    expect(await secrets.names()).toEqual(['channel/a/token', 'channel/b/token']);
    expect(await secrets.names('channel/b')).toEqual(['channel/b/token']);
    expect(await secrets.remove('channel/a/token')).toBe(true);
    expect(await secrets.remove('channel/a/token')).toBe(false);
    expect(await secrets.get('channel/a/token')).toBeUndefined();
  });

  test.each(['', 'a b', 'a\nb', 'ü', 'a'.repeat(201)])('the name %j is refused', async (name) => {
    const secrets = await opened(await open(), newKey());
    await expect(secrets.put(name, 'x')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('a secret that is put in a transaction goes with it', async () => {
    const state = await open();
    const secrets = await opened(state, newKey());
    await state
      .transaction(async (tx) => {
        await secrets.put('a', 'x', tx);
        expect(await secrets.get('a', tx)).toBe('x');
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(await secrets.get('a')).toBeUndefined();
  });

  test('no value stands in a table, and equal values do not look equal', async () => {
    const state = await open();
    const secrets = await opened(state, newKey());
    await secrets.put('a', 'hunter2-hunter2');
    await secrets.put('b', 'hunter2-hunter2');
    const { rows } = await sql<{ sealed: string }>`select * from secret`.execute(state.read);
    expect(JSON.stringify(rows)).not.toMatch(/hunter2/);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('hunter2').toString('base64url').slice(0, 9));
    expect(new Set(rows.map((row) => row.sealed)).size).toBe(2);
  });

  test('a changed value is refused, wherever it was changed', async () => {
    const state = await open();
    const secrets = await opened(state, newKey());
    await secrets.put('a', 'value');
    const { rows } = await sql<{ sealed: string }>`select sealed from secret`.execute(state.read);
    const [form = '', text = ''] = (rows[0]?.sealed ?? '').split('.');
    const bytes = Buffer.from(text, 'base64url');
    const spoiled = Array.from(bytes.keys(), (index) => {
      const copy = Buffer.from(bytes);
      copy[index] = (copy[index] ?? 0) ^ 1;
      return `${form}.${copy.toString('base64url')}`;
    });
    expect(spoiled.length).toBe(12 + 5 + 16);
    for (const sealed of [
      ...spoiled,
      `${form}.`,
      '',
      `v2.${text}`,
      `${form}.${bytes.subarray(0, -1).toString('base64url')}`,
    ]) {
      await sql`update secret set sealed = ${sealed}`.execute(state.write);
      await expect(secrets.get('a')).rejects.toMatchObject({ code: 'secret_unreadable' });
    }
    await sql`update secret set sealed = ${rows[0]?.sealed}`.execute(state.write);
    expect(await secrets.get('a')).toBe('value');
  });

  test('rows that were swapped are refused', async () => {
    const state = await open();
    const secrets = await opened(state, newKey());
    await secrets.put('mine', 'my value');
    await secrets.put('yours', 'your value');
    await sql`update secret set sealed = (select s.sealed from secret s where s.name = 'yours') where name = 'mine'`.execute(
      state.write,
    );
    await expect(secrets.get('mine')).rejects.toMatchObject({
      code: 'secret_unreadable',
      message: expect.not.stringContaining('your value'),
    });
    expect(await secrets.get('yours')).toBe('your value');
  });

  test('a new key seals what comes, rotation seals the rest, and then the old key can go', async () => {
    const state = await open();
    const [old, fresh] = [newKey(), newKey()];
    const before = await opened(state, old);
    for (let index = 0; index < 30; index += 1) await before.put(`s/${index}`, `value ${index}`);

    const both = await opened(state, fresh, old);
    await both.put('s/0', 'newer');
    expect(await both.get('s/1')).toBe('value 1');
    await expect(opened(state, fresh)).rejects.toMatchObject({ code: 'secret_key_wrong' });

    expect(await both.rotate()).toBe(29);
    expect(await both.rotate()).toBe(0);
    const after = await opened(state, fresh);
    expect(await after.get('s/0')).toBe('newer');
    for (let index = 1; index < 30; index += 1) expect(await after.get(`s/${index}`)).toBe(`value ${index}`);
    await expect(opened(state, old)).rejects.toMatchObject({ code: 'secret_key_wrong' });
  });

  test('a rotation that meets a broken secret changes nothing', async () => {
    const state = await open();
    const [old, fresh] = [newKey(), newKey()];
    const before = await opened(state, old);
    await before.put('a', '1');
    await before.put('b', '2');
    await sql`update secret set sealed = 'v1.AAAA' where name = 'b'`.execute(state.write);
    const both = await opened(state, fresh, old);
    await expect(both.rotate()).rejects.toMatchObject({ code: 'secret_unreadable' });
    expect(await before.get('a')).toBe('1');
  });

  test('a wrong key is noticed at start, with and without secrets, and the message says what to do', async () => {
    const state = await open();
    const right = newKey();
    const secrets = await opened(state, right);
    const wrong = {
      code: 'secret_key_wrong',
      message: expect.stringMatching(/CUSTOS_SECRET_KEY.*data directory/s),
    };
    await expect(opened(state, newKey())).rejects.toMatchObject(wrong);
    await secrets.put('a', 'x');
    await expect(opened(state, newKey())).rejects.toMatchObject(wrong);
    expect(await (await opened(state, right)).get('a')).toBe('x');
  });

  test('two nodes that start together with one key both go on', async () => {
    const state = await open();
    const key = newKey();
    const [one, two] = await Promise.all([opened(state, key), opened(state, key)]);
    await one.put('a', 'x');
    expect(await two.get('a')).toBe('x');
  });

  test('secret fields leave a mark in the record and come back only through their owner', async () => {
    const state = await open();
    const secrets = await opened(state, newKey());
    const fields = ['url', 'headers'];
    const owner = 'channel/chn_1';
    const record = {
      kind: 'webhook',
      url: 'https://h.test/s3cret',
      headers: { 'x-key': 's3cret' },
      retries: 3,
    };
    const seal = (input: Record<string, unknown>, previous?: Record<string, unknown>) =>
      state.transaction((tx) =>
        sealFields(secrets, {
          owner,
          record: input,
          fields,
          tx,
          ...(previous === undefined ? {} : { previous }),
        }),
      );

    const stored = await seal(record);
    expect(stored).toEqual({ kind: 'webhook', url: sealedMark, headers: sealedMark, retries: 3 });
    expect(await openFields(secrets, { owner, record: stored, fields })).toEqual(record);

    // Absent, or the mark sent back: as it was. Null: removed.
    const edited = await seal({ kind: 'webhook', url: sealedMark, headers: null, retries: 5 }, stored);
    expect(edited).toEqual({ kind: 'webhook', url: sealedMark, retries: 5 });
    const again = await seal({ kind: 'webhook', retries: 6 }, edited);
    expect(await openFields(secrets, { owner, record: again, fields })).toEqual({
      kind: 'webhook',
      url: record.url,
      retries: 6,
    });
    expect(await secrets.names()).toEqual(['channel/chn_1/url']);

    await state.transaction((tx) => removeFields(secrets, { owner, fields, tx }));
    expect(await secrets.names()).toEqual([]);
    await expect(openFields(secrets, { owner, record: again, fields })).rejects.toMatchObject({
      code: 'secret_unreadable',
    });
  });

  test('a mark that somebody writes opens nothing that is not theirs', async () => {
    const state = await open();
    const secrets = await opened(state, newKey());
    await secrets.put('channel/victim/url', JSON.stringify('https://h.test/s3cret'));
    const forged = { url: { $sealed: true, name: 'channel/victim/url' }, note: { $sealed: true } };
    const stored = await state.transaction((tx) =>
      sealFields(secrets, { owner: 'channel/thief', record: forged, fields: ['url'], tx }),
    );
    expect(stored).toEqual({ note: { $sealed: true } });
    expect(await openFields(secrets, { owner: 'channel/thief', record: stored, fields: ['url'] })).toEqual(
      stored,
    );
    expect(isSealed(stored['url'])).toBe(false);
  });
});

test('the file of the store and its log hold no plain text', async () => {
  const directory = temporary();
  const state = openSqlite(join(directory, 'state.sqlite'));
  await migrate(state, migrations, clock);
  const secrets = await opened(state, newKey());
  await secrets.put('a', 'a-very-plain-secret');
  await secrets.put('a', 'another-plain-secret');
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
  await state.close();
  files.push(...readdirSync(directory).map((name) => readFileSync(join(directory, name))));
  expect(files.some((bytes) => bytes.includes('secret_key_check'))).toBe(true);
  for (const bytes of files) expect(bytes.includes('-plain-secret')).toBe(false);
});

describe('keys', () => {
  const bytes = createHash('sha256').update('test').digest();

  test('one key is the same in every spelling', () => {
    const spellings = [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      `  ${bytes.toString('base64')}\n`,
      `# made on Monday, by us\n${bytes.toString('base64')}\n\n`,
    ];
    const ids = spellings.map((text) => parseSecretKeys(text, 'x')[0].id);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(bytes.toString('hex')).not.toContain(ids[0]);
  });

  test('several keys keep their order', () => {
    const texts = [newKey(), newKey(), newKey()];
    const ids = texts.map((text) => parseSecretKeys(text, 'x')[0].id);
    expect(parseSecretKeys(texts.join(','), 'x').map((key) => key.id)).toEqual(ids);
    expect(parseSecretKeys(texts.join('\n'), 'x').map((key) => key.id)).toEqual(ids);
  });

  test.each([
    '',
    '# nothing',
    'correct horse battery staple',
    'a'.repeat(43),
    '0'.repeat(64),
    bytes.subarray(1).toString('base64'),
    bytes.toString('hex').slice(1),
    `${bytes.toString('base64')}x`,
    `${bytes.toString('base64')},${bytes.toString('hex')}`,
  ])('the text %j is no key, and the error does not repeat it', (text) => {
    let thrown: unknown;
    try {
      parseSecretKeys(text, 'CUSTOS_SECRET_KEY');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'CUSTOS_SECRET_KEY', message: expect.stringContaining('32 bytes') }],
    });
    if (text.length > 10) expect(JSON.stringify(thrown)).not.toContain(text.slice(0, 30));
  });
});

describe('the key file', () => {
  test('is made once, private, and read again', () => {
    const path = join(temporary(), 'deep', 'secret.key');
    const [first] = openKeyFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['secret.key']);
    const [again] = openKeyFile(path);
    expect(again.id).toBe(first.id);
    expect(openKeyFile(join(temporary(), 'other.key'))[0].id).not.toBe(first.id);
  });

  test('takes a new key on a line above the old one', () => {
    const path = join(temporary(), 'secret.key');
    const [old] = openKeyFile(path);
    const added = newKey();
    writeFileSync(path, `${added}\n${readFileSync(path, 'utf8')}`);
    expect(openKeyFile(path).map((key) => key.id)).toEqual([parseSecretKeys(added, 'x')[0].id, old.id]);
  });

  test('that others can read is refused with the command that mends it', () => {
    const path = join(temporary(), 'secret.key');
    openKeyFile(path);
    chmodSync(path, 0o644);
    expect(() => openKeyFile(path)).toThrowError(
      expect.objectContaining({ code: 'secret_key_exposed', message: expect.stringContaining('chmod 600') }),
    );
  });

  test('that is damaged is refused and left as it is', () => {
    const path = join(temporary(), 'secret.key');
    writeFileSync(path, 'half a k', { mode: 0o600 });
    expect(() => openKeyFile(path)).toThrowError(expect.objectContaining({ code: 'invalid_input' }));
    expect(readFileSync(path, 'utf8')).toBe('half a k');
    expect(existsSync(path)).toBe(true);
  });
});
