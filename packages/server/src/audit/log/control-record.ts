/**
 * Control records: what the ledger itself writes into its journal, as JSON. They make the journal
 * sufficient: which logs there are, under which origins, and from which index on they are kept.
 */
export type ControlRecord =
  | { readonly record: 'log'; readonly id: number; readonly name: string; readonly origin: string }
  | {
      readonly record: 'resume';
      readonly id: number;
      readonly origin: string;
      readonly oldOrigin: string;
      /** The newest head that anyone knew under the old origin; root in base 64, null when unknown. */
      readonly knownHead: { readonly source: string; readonly size: number; readonly root: string | null };
      /** What the ledger held when it was resumed. */
      readonly ownHead: { readonly size: number; readonly root: string };
    }
  | { readonly record: 'minimum'; readonly id: number; readonly index: number };

export function encodeControl(record: ControlRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

export function decodeControl(body: Buffer): ControlRecord {
  return JSON.parse(body.toString('utf8')) as ControlRecord;
}
