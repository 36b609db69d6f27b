import type { Columns } from './columns.ts';
import { columnsUnavailable } from './errors.ts';

/** Columns that configuration switched off: everything that needs them is refused, nothing is kept. */
export function disabledColumns(since: number): Columns {
  const refuse = async (): Promise<never> => {
    throw columnsUnavailable('it is switched off in the configuration.');
  };
  return {
    start: async () => undefined,
    stop: async () => undefined,
    query: refuse,
    queryBytes: refuse,
    command: refuse,
    insert: refuse,
    load: refuse,
    flush: async () => undefined,
    ready: refuse,
    status: () => ({
      state: 'disabled',
      engine: 'server',
      since,
      restarts: 0,
      lastError: undefined,
      pid: undefined,
      spool: {
        bytes: 0,
        limitBytes: 0,
        oldestMs: null,
        deliveredRows: 0,
        rejectedRows: 0,
        lastError: undefined,
      },
    }),
  };
}
