import type { Clock } from '../../base/clock.ts';
import { conflict, invalidInput } from '../../base/errors.ts';
import type { State } from '../state/state.ts';
import { seal, unseal } from './cipher.ts';
import { unreadable, wrongKey } from './errors.ts';
import * as store from './store.ts';
import type { SecretKey, SecretKeys, Secrets } from './types.ts';

export interface SecretsOptions {
  readonly state: State;
  readonly keys: SecretKeys;
  readonly clock: Clock;
}

/** What every key seals once, so that a wrong one is noticed before the first secret is needed. */
const checkName = 'key check';
const checkText = 'custos';

/** How often `rotate` looks again for secrets that were changed under it. */
const maxRounds = 20;

const validName = /^[a-zA-Z0-9._/-]{1,200}$/;

/**
 * Opens the store of secrets. Raises `secret_key_wrong` when what is stored was sealed with a key that is
 * not among `keys`: going on would fail later, when an alert has to be delivered.
 */
export async function createSecrets({ state, keys, clock }: SecretsOptions): Promise<Secrets> {
  const [newest] = keys;
  const known = new Map<string, SecretKey>(keys.map((key) => [key.id, key]));
  await checkKeys({ state, keys, clock });

  function open({ name, keyId, sealed }: store.SealedSecret): string {
    const key = known.get(keyId);
    if (key === undefined) throw unreadable(name);
    try {
      return unseal(key, name, sealed);
    } catch (error) {
      throw unreadable(name, error);
    }
  }

  const sealed = (name: string, value: string): store.SealedSecret => ({
    name,
    keyId: newest.id,
    sealed: seal(newest, name, value),
  });

  return {
    async put(name, value, tx) {
      if (!validName.test(name)) {
        throw invalidInput([
          { field: 'name', message: 'It must be 1 to 200 characters of letters, digits and ._/-' },
        ]);
      }
      await store.saveSecret(tx ?? state.write, sealed(name, value), clock.now());
    },

    async get(name, db) {
      const row = await store.loadSecret(db ?? state.read, name);
      return row === undefined ? undefined : open(row);
    },

    remove: (name, tx) => store.deleteSecret(tx ?? state.write, name),

    async names(prefix = '') {
      const names = await store.listSecretNames(state.read);
      return names.filter((name) => name.startsWith(prefix)).toSorted();
    },

    rotate: () =>
      state.transaction(async (tx) => {
        let count = 0;
        for (let round = 0; ; round += 1) {
          if (round === maxRounds)
            throw conflict('Secrets are being changed faster than they can be sealed again; try later.');
          const old = await store.listNotSealedBy(tx, newest.id);
          if (old.length === 0) break;
          for (const row of old) {
            // What another node has changed in the meantime is met again in the next round.
            if (await store.replaceSealed(tx, row, sealed(row.name, open(row)))) count += 1;
          }
        }
        await store.deleteKeyChecksExcept(tx, newest.id);
        return count;
      }),
  };
}

/** Compares the keys with what the store was sealed with, and makes the newest one known to it. */
async function checkKeys({ state, keys, clock }: SecretsOptions): Promise<void> {
  const given = keys.map((key) => key.id);
  await state.transaction(async (tx) => {
    const checks = await store.listKeyChecks(tx);
    const inUse = await store.listKeyIdsInUse(tx);
    const missing = inUse.filter((id) => !given.includes(id));
    if (missing.length > 0) throw wrongKey(missing, given);

    const usable = checks.filter((check) => given.includes(check.keyId));
    if (checks.length > 0 && usable.length === 0)
      throw wrongKey(
        checks.map((check) => check.keyId),
        given,
      );
    for (const check of usable) {
      const key = keys.find((one) => one.id === check.keyId);
      if (key === undefined || !opens(key, check.sealed)) throw wrongKey([check.keyId], given);
    }
    const [newest] = keys;
    await store.saveKeyCheck(
      tx,
      { keyId: newest.id, sealed: seal(newest, checkName, checkText) },
      clock.now(),
    );
  });
}

function opens(key: SecretKey, sealed: string): boolean {
  try {
    return unseal(key, checkName, sealed) === checkText;
  } catch {
    return false;
  }
}
