import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock } from '../../base/clock.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import type { State } from '../../storage/state/state.ts';
import { commit } from './commitment.ts';
import { createVault, type Vault, type VaultEntry } from './service.ts';
import { storeFiles } from './store-files-fixture.ts';
import type { Subject } from './types.ts';

const clock = createManualClock();
const newKey = (): string => randomBytes(32).toString('base64');
const keysOf = (...texts: readonly string[]) => parseSecretKeys(texts.join(','), 'test');
const ada: Subject = { tenant: null, type: 'user', id: 'usr_ada' };
const bob: Subject = { tenant: null, type: 'user', id: 'usr_bob' };

let made = 0;
function entry(subject: Subject, field: string, value: string): VaultEntry {
  made += 1;
  return { eventId: `aud_${made}`, field, subject, commitment: commit(field, value) };
}

async function keep(state: State, vault: Vault, ...entries: readonly VaultEntry[]): Promise<void> {
  await state.transaction((tx) => vault.keep(entries, tx));
}

/** Every byte of the files that the store consists of. */
async function bytesOf(state: State): Promise<Buffer> {
  const files = await storeFiles(state);
  expect(files.length).toBeGreaterThan(0);
  return Buffer.concat(files.map(({ bytes }) => bytes));
}

async function storedText(state: State): Promise<string> {
  const db = state.read.withTables<{ audit_subject: object; audit_vault_field: object }>();
  const rows = [
    await db.selectFrom('audit_subject').selectAll().execute(),
    await db.selectFrom('audit_vault_field').selectAll().execute(),
  ];
  return JSON.stringify(rows);
}

describeOnBothStores('the vault', (open) => {
  test('a kept field is revealed and disclosed, and neither value nor subject is readable in the store', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const canary = `canary-${randomBytes(8).toString('hex')}@example.com`;
    const person: Subject = { ...ada, id: `person-${randomBytes(8).toString('hex')}` };
    const kept = entry(person, 'details.email', canary);
    await keep(state, vault, kept);

    expect(await vault.reveal(kept)).toBe(canary);
    expect(await vault.disclose(kept.eventId)).toEqual(
      new Map([['details.email', kept.commitment.disclosure]]),
    );
    expect(await vault.disclose(kept.eventId, ['address'])).toEqual(new Map());
    expect(await vault.reveal({ ...kept, field: 'address' })).toBeUndefined();
    const bytes = await bytesOf(state);
    expect(bytes.includes(canary)).toBe(false);
    expect(bytes.includes(Buffer.from(canary).toString('base64url').slice(0, 20))).toBe(false);
    expect(bytes.includes(person.id)).toBe(false);
    // The scan does find what is there in clear.
    expect(bytes.includes(kept.commitment.digest)).toBe(true);
  });

  test('an erasure destroys key, salt and value of one subject and says what it destroyed', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const mail = entry(ada, 'details.email', 'ada@example.com');
    const address = { ...entry(ada, 'address', '10.0.0.1'), eventId: mail.eventId };
    const later = entry(ada, 'address', '10.0.0.2');
    const other = entry(bob, 'address', '10.0.0.3');
    await keep(state, vault, mail, address, later, other);

    const report = await vault.erase(ada);
    expect(report).toEqual({
      subjectRef: expect.stringMatching(/^sub_/) as string,
      keyDestroyed: true,
      fields: 3,
      events: 2,
      byField: { address: 2, 'details.email': 1 },
      traces: state.dialect === 'sqlite' ? 'none' : 'sealed',
    });
    for (const gone of [mail, address, later]) expect(await vault.reveal(gone)).toBeUndefined();
    expect(await vault.disclose(mail.eventId)).toEqual(new Map());
    expect(await vault.reveal(other)).toBe('10.0.0.3');
    expect(await vault.erase(ada)).toMatchObject({
      subjectRef: null,
      keyDestroyed: false,
      fields: 0,
      events: 0,
    });
  });

  test('after an erasure no table holds anything of the subject, and on SQLite no file does', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const entries = Array.from({ length: 300 }, (_, index) =>
      entry(ada, 'details.note', `secret note ${index}`),
    );
    await keep(state, vault, ...entries, entry(bob, 'details.note', 'stays'));
    type Subjects = { audit_subject: { id: string; sealed_key: string; sealed_subject: string } };
    type Fields = { audit_vault_field: { subject_id: string; sealed: string; digest: string } };
    const subjects = await state.read
      .withTables<Subjects>()
      .selectFrom('audit_subject')
      .selectAll()
      .execute();
    const rows = await state.read.withTables<Fields>().selectFrom('audit_vault_field').selectAll().execute();
    const hers = rows.filter((row) => row.digest === entries[0]?.commitment.digest)[0]?.subject_id;
    const subject = subjects.find(({ id }) => id === hers);
    const traces = [
      subject?.sealed_key ?? '',
      subject?.sealed_subject ?? '',
      ...rows.filter((row) => row.subject_id === hers).map(({ sealed }) => sealed),
    ];
    expect(traces).toHaveLength(302);
    const before = await bytesOf(state);
    expect(traces.filter((trace) => before.includes(trace.slice(-60)))).toHaveLength(302);

    await vault.erase(ada);
    const text = await storedText(state);
    expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
    expect(entries.filter(({ commitment }) => text.includes(commitment.digest))).toEqual([]);
    if (state.dialect === 'sqlite') {
      const after = await bytesOf(state);
      expect(
        traces.filter((trace) => after.includes(trace.slice(-60)) || after.includes(trace.slice(0, 60))),
      ).toEqual([]);
    }
  });

  test('whoever comes back after an erasure gets a new key, and it opens nothing old', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const old = entry(ada, 'address', '10.0.0.1');
    await keep(state, vault, old);
    const first = await vault.erase(ada);
    const fresh = entry(ada, 'address', '10.0.0.9');
    await keep(state, vault, fresh);
    expect(await vault.reveal(fresh)).toBe('10.0.0.9');
    expect(await vault.reveal(old)).toBeUndefined();
    const second = await vault.erase(ada);
    expect(second.subjectRef).not.toBe(first.subjectRef);
    expect(second.fields).toBe(1);
  });

  test('one id in two tenants is two subjects', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const here = entry({ ...ada, tenant: 'a' }, 'address', '10.0.0.1');
    const there = entry({ ...ada, tenant: 'b' }, 'address', '10.0.0.2');
    await keep(state, vault, here, there);
    await vault.erase({ ...ada, tenant: 'a' });
    expect(await vault.reveal(here)).toBeUndefined();
    expect(await vault.reveal(there)).toBe('10.0.0.2');
  });

  test('fields are kept or lost with the transaction that they are part of', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const lost = entry(ada, 'address', '10.0.0.1');
    await expect(
      state.transaction(async (tx) => {
        await vault.keep([lost], tx);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await vault.reveal(lost)).toBeUndefined();
    expect(await vault.erase(ada)).toMatchObject({ keyDestroyed: false });
  });

  test('a value that was changed or moved in the store does not open, and the error does not repeat it', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const one = entry(ada, 'address', '10.0.0.1');
    const two = entry(ada, 'address', '10.0.0.2');
    await keep(state, vault, one, two);
    type Fields = { audit_vault_field: { event_id: string; sealed: string; digest: string } };
    const db = state.write.withTables<Fields>();
    const other = await db
      .selectFrom('audit_vault_field')
      .selectAll()
      .where('event_id', '=', two.eventId)
      .executeTakeFirstOrThrow();
    await db
      .updateTable('audit_vault_field')
      .set({ sealed: other.sealed, digest: other.digest })
      .where('event_id', '=', one.eventId)
      .execute();
    const refusal = vault.reveal(one).catch((error: unknown) => error);
    expect(await refusal).toMatchObject({ code: 'secret_unreadable' });
    expect(String(await refusal)).not.toContain('10.0.0');
    await expect(vault.disclose(one.eventId)).rejects.toMatchObject({ code: 'secret_unreadable' });
    expect(await vault.reveal(two)).toBe('10.0.0.2');
  });

  test('after a rotation the old installation key is not needed, and an erasure still finds its subject', async () => {
    const state = await open();
    const [old, fresh] = [newKey(), newKey()];
    const before = await createVault({ state, keys: keysOf(old), clock });
    const kept = entry(ada, 'address', '10.0.0.1');
    await keep(state, before, kept);
    await expect(createVault({ state, keys: keysOf(fresh), clock })).rejects.toMatchObject({
      code: 'secret_key_wrong',
    });

    const both = await createVault({ state, keys: keysOf(fresh, old), clock });
    expect(await both.reveal(kept)).toBe('10.0.0.1');
    expect(await both.rotate()).toBe(1);
    expect(await both.rotate()).toBe(0);
    const after = await createVault({ state, keys: keysOf(fresh), clock });
    expect(await after.reveal(kept)).toBe('10.0.0.1');
    expect(await after.erase(ada)).toMatchObject({ keyDestroyed: true, fields: 1 });
    expect(await after.reveal(kept)).toBeUndefined();
  });

  test('a subject with keys of two nodes, one of them rotated already, is erased whole', async () => {
    const state = await open();
    const [old, fresh] = [newKey(), newKey()];
    const behind = await createVault({ state, keys: keysOf(old), clock });
    const ahead = await createVault({ state, keys: keysOf(fresh), clock });
    const one = entry(ada, 'address', '10.0.0.1');
    const two = entry(ada, 'address', '10.0.0.2');
    await keep(state, ahead, two);
    await keep(state, behind, one);
    const both = await createVault({ state, keys: keysOf(fresh, old), clock });
    expect(await both.rotate()).toBe(1);
    const after = await createVault({ state, keys: keysOf(fresh), clock });
    expect([await after.reveal(one), await after.reveal(two)]).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(await after.erase(ada)).toMatchObject({ fields: 2, events: 2 });
    expect([await after.reveal(one), await after.reveal(two)]).toEqual([undefined, undefined]);
  });

  test('fields of events that their log dropped are removed, the rest stays', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const [old, recent] = [entry(ada, 'address', '10.0.0.1'), entry(ada, 'address', '10.0.0.2')];
    await keep(state, vault, old, recent);
    expect(await state.transaction((tx) => vault.discard([old.eventId], tx))).toBe(1);
    expect(await vault.reveal(old)).toBeUndefined();
    expect(await vault.reveal(recent)).toBe('10.0.0.2');
  });

  test('batches and erasures of the same people at the same time end, and nothing erased comes back', async () => {
    const state = await open();
    const vault = await createVault({ state, keys: keysOf(newKey()), clock });
    const people = Array.from({ length: 4 }, (_, index): Subject => ({ ...ada, id: `usr_${index}` }));
    const rounds = Array.from({ length: 12 }, (_, round) =>
      round % 3 === 2
        ? people.map((person) => vault.erase(person))
        : [
            keep(
              state,
              vault,
              ...people
                .toSorted(() => (round % 2) - 0.5)
                .map((person) => entry(person, 'address', `10.0.1.${round}`)),
            ),
          ],
    ).flat();
    await Promise.all<unknown>(rounds);
    const reports = await Promise.all(people.map((person) => vault.erase(person)));
    expect(reports.every(({ fields }) => fields <= 8)).toBe(true);
    expect(await storedText(state)).toBe('[[],[]]');
  });
});
