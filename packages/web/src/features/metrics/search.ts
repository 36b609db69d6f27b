import { panelUnits } from '@custos/contract';
import { readList, readText, readTime } from '../../ui/address.ts';
import type { Unit } from '../../ui/units.ts';

/** What the address of the metrics page says: any view can be sent to a colleague. */
export interface MetricsSearch {
  /** The expressions, in their order. */
  readonly q?: readonly string[] | undefined;
  /** Numbers of those that are hidden, from 0: `0,2`. */
  readonly off?: string | undefined;
  readonly view?: 'table' | undefined;
  readonly stacked?: 'yes' | undefined;
  readonly unit?: Unit | undefined;
  /** The key of the one line that is shown. */
  readonly only?: string | undefined;
  /** `yes` while the metrics are listed beside. */
  readonly browse?: 'yes' | undefined;
  /** How often it asks again. */
  readonly refresh?: string | undefined;
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const mostQueries = 12;

/** An expression may be empty: it is a row in which nothing is written yet. */
function expressions(value: unknown): readonly string[] | undefined {
  const all = readList(value).flatMap((each) => (each === '' ? [''] : (readText(each) ?? [])));
  return all.length === 0 ? undefined : all.slice(0, mostQueries);
}

/** Reads the address; what is not understood is as if it were not there. */
export function readMetricsSearch(search: Record<string, unknown>): MetricsSearch {
  return {
    q: expressions(search['q']),
    off: readText(search['off']),
    view: search['view'] === 'table' ? 'table' : undefined,
    stacked: search['stacked'] === 'yes' ? 'yes' : undefined,
    unit: panelUnits.find((unit) => unit === search['unit']),
    only: readText(search['only']),
    browse: search['browse'] === 'yes' ? 'yes' : undefined,
    refresh: readText(search['refresh']),
    ...readTime(search),
  };
}

/** One row of the page. */
export interface Asked {
  readonly expression: string;
  readonly hidden: boolean;
}

export function askedOf({ q = [''], off = '' }: MetricsSearch): readonly Asked[] {
  const hidden = new Set(off.split(',').map(Number));
  return q.map((expression, index) => ({ expression, hidden: off !== '' && hidden.has(index) }));
}

/** The part of the address that says what is asked. */
export function searchOf(asked: readonly Asked[]): Pick<MetricsSearch, 'q' | 'off'> {
  const off = asked.flatMap(({ hidden }, index) => (hidden ? [index] : [])).join(',');
  const isEmpty = asked.every(({ expression }) => expression === '') && asked.length <= 1;
  return {
    q: isEmpty ? undefined : asked.slice(0, mostQueries).map(({ expression }) => expression),
    off: off === '' ? undefined : off,
  };
}

export const isFull = (asked: readonly Asked[]): boolean => asked.length >= mostQueries;
