import type { StateDb, StateTx } from '../state/state.ts';
import { unreadable } from './errors.ts';
import type { Secrets } from './types.ts';

/**
 * Secret fields of a record, such as the token of a webhook: the record is stored with a mark in place of
 * each, the values are sealed under `owner/field`. The mark says only that there is a secret. Where it is
 * kept follows from owner and field, so nobody can write a mark that points to another one's secret.
 */
export const sealedMark = { $sealed: true } as const;

type FieldRecord = Readonly<Record<string, unknown>>;

export interface SealRequest {
  /** Such as `channel/chn_1`. */
  readonly owner: string;
  /** As it came in. A secret field that is absent keeps its secret; `null` removes it. */
  readonly record: FieldRecord;
  /** Names of the secret fields at the top of the record; a value may be any JSON. */
  readonly fields: readonly string[];
  /** The stored record that this one replaces, if any. */
  readonly previous?: FieldRecord;
  readonly tx: StateTx;
}

/** True for the mark of a sealed field; the dashboard shows it as "set". */
export function isSealed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { $sealed?: unknown }).$sealed === true;
}

/**
 * Seals the secret fields of a record and returns what may be stored and shown. The mark itself, sent back
 * by a form that was filled from the shown record, means "as it was", like a field that is absent.
 */
export async function sealFields(
  secrets: Secrets,
  { owner, record, fields, previous, tx }: SealRequest,
): Promise<Record<string, unknown>> {
  const open = { ...record };
  for (const field of fields) {
    const name = `${owner}/${field}`;
    const value = record[field];
    if (value === null) {
      delete open[field];
      await secrets.remove(name, tx);
    } else if (value === undefined || isSealed(value)) {
      delete open[field];
      if (isSealed(previous?.[field])) open[field] = sealedMark;
    } else {
      await secrets.put(name, JSON.stringify(value), tx);
      open[field] = sealedMark;
    }
  }
  return open;
}

export interface OpenRequest {
  readonly owner: string;
  /** As it was stored. */
  readonly record: FieldRecord;
  readonly fields: readonly string[];
  readonly db?: StateDb;
}

/** Returns a stored record with its secrets in their places, for use and never for showing. */
export async function openFields(
  secrets: Secrets,
  { owner, record, fields, db }: OpenRequest,
): Promise<Record<string, unknown>> {
  const full = { ...record };
  for (const field of fields) {
    if (!isSealed(record[field])) continue;
    const name = `${owner}/${field}`;
    const text = await secrets.get(name, db);
    if (text === undefined) throw unreadable(name);
    full[field] = JSON.parse(text);
  }
  return full;
}

/** Removes every secret of the given fields, when their owner goes. */
export async function removeFields(
  secrets: Secrets,
  { owner, fields, tx }: Pick<SealRequest, 'owner' | 'fields' | 'tx'>,
): Promise<void> {
  for (const field of fields) await secrets.remove(`${owner}/${field}`, tx);
}
