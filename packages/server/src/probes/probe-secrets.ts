import type { Secrets } from '../storage/secrets/types.ts';
import type { StateDb, StateTx } from '../storage/state/state.ts';
import type { ProbeDefinition } from './types.ts';

/** What probes need of the store of secrets. */
export type SecretStore = Pick<Secrets, 'put' | 'get' | 'remove'>;

const place = (probeId: string, field: string): string => `probe/${probeId}/${field}`;
/** Field under which the token of a heartbeat's address is kept. */
const pingField = 'ping-token';

/** Opens the secret options of a probe. */
export async function openSecrets(
  secrets: SecretStore,
  { id, secretNames }: Pick<ProbeDefinition, 'id' | 'secretNames'>,
  db?: StateDb,
): Promise<Readonly<Record<string, string>>> {
  const opened: Record<string, string> = {};
  for (const name of secretNames) {
    const value = await secrets.get(place(id, name), db);
    if (value !== undefined) opened[name] = value;
  }
  return opened;
}

export interface SecretChange {
  readonly id: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** Writes what has changed, removes what is gone. */
export async function saveSecrets(secrets: SecretStore, change: SecretChange, tx: StateTx): Promise<void> {
  const { id, before, after } = change;
  for (const [name, value] of Object.entries(after)) {
    if (before[name] !== value) await secrets.put(place(id, name), value, tx);
  }
  for (const name of Object.keys(before)) {
    if (after[name] === undefined) await secrets.remove(place(id, name), tx);
  }
}

export const savePingToken = (
  secrets: SecretStore,
  { id, token }: { readonly id: string; readonly token: string },
  tx: StateTx,
): Promise<void> => secrets.put(place(id, pingField), token, tx);

export const openPingToken = (secrets: SecretStore, id: string): Promise<string | undefined> =>
  secrets.get(place(id, pingField));

/** Removes every secret of a probe that goes. */
export async function removeSecrets(
  secrets: SecretStore,
  { id, kind, secretNames }: ProbeDefinition,
  tx: StateTx,
): Promise<void> {
  const names = kind === 'heartbeat' ? [...secretNames, pingField] : secretNames;
  for (const name of names) await secrets.remove(place(id, name), tx);
}
