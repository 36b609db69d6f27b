import type { CheckpointStore } from '@custos/client/ledger';

/** The key that a log showed when it was first verified here. */
export interface KeyMemory {
  load(origin: string): string | null;
  save(origin: string, vkey: string): void;
}

const checkpointPrefix = 'custos-ledger-checkpoint ';
const keyPrefix = 'custos-ledger-key ';

/** The newest checkpoint that this browser verified, kept between visits: a log that is rewritten is noticed. */
export const rememberedCheckpoints: CheckpointStore = {
  load: (origin) => localStorage.getItem(checkpointPrefix + origin),
  save: (origin, note) => localStorage.setItem(checkpointPrefix + origin, note),
};

export const rememberedKeys: KeyMemory = {
  load: (origin) => localStorage.getItem(keyPrefix + origin),
  save: (origin, vkey) => localStorage.setItem(keyPrefix + origin, vkey),
};

/** Forgets what was seen of a log, when somebody knows why it changed. */
export function forgetLog(origin: string): void {
  localStorage.removeItem(checkpointPrefix + origin);
  localStorage.removeItem(keyPrefix + origin);
}
