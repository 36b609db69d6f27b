import type { KeyObject } from 'node:crypto';
import type { StateDb, StateTx } from '../state/state.ts';

/**
 * Secrets: values that Custos must be able to use and nobody may read back, encrypted in State.
 *
 * - secret: a text under a name, such as `channel/chn_1/token`
 * - sealed: encrypted and bound to the secret's name
 * - key: 256 bits; the newest seals, every known one opens
 * - key id: the first 64 bits of a hash of the key, written beside what it sealed
 * - owner: the thing whose fields are secret, such as `channel/chn_1`
 */

export interface SecretKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Newest first. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

export interface Secrets {
  /** Seals `value` under `name`, in place of what was there. Names: up to 200 characters of `a-zA-Z0-9._/-`. */
  put(name: string, value: string, tx?: StateTx): Promise<void>;
  /** Opens a secret; `undefined` when there is none. Raises `secret_unreadable` when it was tampered with. */
  get(name: string, db?: StateDb): Promise<string | undefined>;
  /** Removes a secret; true when there was one. */
  remove(name: string, tx?: StateTx): Promise<boolean>;
  /** Names in order, never values; with a prefix, those that begin with it. */
  names(prefix?: string): Promise<readonly string[]>;
  /**
   * Seals everything again with the newest key, in one transaction, and forgets the older keys: they may
   * then be taken away. Returns how many secrets were sealed again.
   */
  rotate(): Promise<number>;
}
