import { readText, readTime } from '../../ui/address.ts';
import type { Chosen } from './variables.ts';

/** What the address of a dashboard says. */
export interface BoardSearch {
  /** What is chosen of its variables. */
  readonly vars?: Chosen | undefined;
  readonly edit?: 'yes' | undefined;
  /** The id of the panel that is being changed. */
  readonly panel?: string | undefined;
  /** How often it looks again. */
  readonly refresh?: string | undefined;
  /** The id of the one panel that is shown, large. */
  readonly only?: string | undefined;
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

function varsOf(value: unknown): Chosen | undefined {
  let given: unknown = value;
  if (typeof value === 'string') {
    try {
      given = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const read = Object.entries(given).flatMap(([name, values]: [string, unknown]) =>
    Array.isArray(values) ? [[name, values.filter((each) => typeof each === 'string')] as const] : [],
  );
  return read.length === 0 ? undefined : Object.fromEntries(read);
}

/** Reads the address; what is not understood is as if it were not there. */
export function readBoardSearch(search: Record<string, unknown>): BoardSearch {
  return {
    vars: varsOf(search['vars']),
    edit: search['edit'] === 'yes' ? 'yes' : undefined,
    panel: readText(search['panel']),
    refresh: readText(search['refresh']),
    only: readText(search['only']),
    ...readTime(search),
  };
}
