import { z } from 'zod';
import type { Secrets } from '../../storage/secrets/types.ts';
import type { StateTx } from '../../storage/state/state.ts';

const secretName = 'audit/resumed-origins';
const origins = z.record(z.string(), z.string());

/**
 * Origins of logs that were resumed under another than the configured one, by the name of the log. They are
 * no secrets; they are kept with them because what is there cannot be changed by who holds the database only.
 */
export async function resumedOrigins(secrets: Secrets, tx?: StateTx): Promise<ReadonlyMap<string, string>> {
  const kept = await secrets.get(secretName, tx);
  return new Map(Object.entries(kept === undefined ? {} : origins.parse(JSON.parse(kept))));
}

/** Remembers under which origin a log goes on. */
export async function rememberOrigin(
  secrets: Secrets,
  { log, origin }: { readonly log: string; readonly origin: string },
  tx: StateTx,
): Promise<void> {
  const known = await resumedOrigins(secrets, tx);
  await secrets.put(secretName, JSON.stringify(Object.fromEntries([...known, [log, origin]])), tx);
}
