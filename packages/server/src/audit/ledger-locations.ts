import type { LogReader } from './log/log-reader.ts';
import type { Ledger } from './log/ledger-types.ts';

/** A resource of a log, out of a path below `/ledger/`. */
export interface LedgerLocation {
  readonly reader: LogReader;
  /** Below the log's prefix, such as `checkpoint` or `tile/0/000`. */
  readonly resource: string;
}

/**
 * Which resource of which log a path such as `example.com/audit/security/checkpoint` names; `undefined` when
 * it begins with the origin of none. Origins have slashes, and one may begin with another: the longest counts.
 */
export function locate(ledger: Pick<Ledger, 'names' | 'reader'>, path: string): LedgerLocation | undefined {
  let found: LedgerLocation | undefined;
  for (const name of ledger.names()) {
    const reader = ledger.reader(name);
    const prefix = `${reader.origin()}/`;
    if (!path.startsWith(prefix)) continue;
    const resource = path.slice(prefix.length);
    if (found === undefined || resource.length < found.resource.length) found = { reader, resource };
  }
  return found;
}
