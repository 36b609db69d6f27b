import type { StateDb } from '../state/state.ts';

type SecretTables = {
  secret: { name: string; key_id: string; sealed: string; created_at: number; updated_at: number };
  secret_key_check: { key_id: string; sealed: string; created_at: number };
};

export interface SealedSecret {
  readonly name: string;
  readonly keyId: string;
  readonly sealed: string;
}

const tables = (db: StateDb) => db.withTables<SecretTables>();

export async function saveSecret(db: StateDb, secret: SealedSecret, now: number): Promise<void> {
  const { name, keyId, sealed } = secret;
  await tables(db)
    .insertInto('secret')
    .values({ name, key_id: keyId, sealed, created_at: now, updated_at: now })
    .onConflict((taken) => taken.column('name').doUpdateSet({ key_id: keyId, sealed, updated_at: now }))
    .execute();
}

export async function loadSecret(db: StateDb, name: string): Promise<SealedSecret | undefined> {
  const row = await tables(db).selectFrom('secret').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : { name: row.name, keyId: row.key_id, sealed: row.sealed };
}

export async function deleteSecret(db: StateDb, name: string): Promise<boolean> {
  const result = await tables(db).deleteFrom('secret').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Every name, unordered: databases disagree about the order of texts. */
export async function listSecretNames(db: StateDb): Promise<readonly string[]> {
  return (await tables(db).selectFrom('secret').select('name').execute()).map((row) => row.name);
}

export async function listNotSealedBy(db: StateDb, keyId: string): Promise<readonly SealedSecret[]> {
  const rows = await tables(db).selectFrom('secret').selectAll().where('key_id', '!=', keyId).execute();
  return rows.map((row) => ({ name: row.name, keyId: row.key_id, sealed: row.sealed }));
}

/** Puts `next` in place of `known`, unless somebody has changed the secret since; true when it did. */
export async function replaceSealed(db: StateDb, known: SealedSecret, next: SealedSecret): Promise<boolean> {
  const result = await tables(db)
    .updateTable('secret')
    .set({ key_id: next.keyId, sealed: next.sealed })
    .where('name', '=', known.name)
    .where('sealed', '=', known.sealed)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The ids of all keys that some secret is sealed with. */
export async function listKeyIdsInUse(db: StateDb): Promise<readonly string[]> {
  return (await tables(db).selectFrom('secret').select('key_id').distinct().execute()).map(
    (row) => row.key_id,
  );
}

export async function listKeyChecks(db: StateDb): Promise<readonly { keyId: string; sealed: string }[]> {
  const rows = await tables(db).selectFrom('secret_key_check').selectAll().execute();
  return rows.map((row) => ({ keyId: row.key_id, sealed: row.sealed }));
}

export async function saveKeyCheck(
  db: StateDb,
  check: { keyId: string; sealed: string },
  now: number,
): Promise<void> {
  await tables(db)
    .insertInto('secret_key_check')
    .values({ key_id: check.keyId, sealed: check.sealed, created_at: now })
    .onConflict((taken) => taken.column('key_id').doNothing())
    .execute();
}

export async function deleteKeyChecksExcept(db: StateDb, keyId: string): Promise<void> {
  await tables(db).deleteFrom('secret_key_check').where('key_id', '!=', keyId).execute();
}
