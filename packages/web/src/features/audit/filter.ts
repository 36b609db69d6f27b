import { auditOutcome, auditSeverity } from '@custos/contract';
import type { AuditFilter } from '@custos/client';
import { ranges, type RangeName } from '../../ui/range.ts';
import { textFilters, type AuditSearch, type TextFilter } from './search.ts';

/** A filter as people know it. */
interface FilterWords {
  readonly title: string;
  readonly hint: string;
}

export type FilterName = TextFilter | 'detail';

export const filterWords: Readonly<Record<FilterName, FilterWords>> = {
  action: { title: 'Action', hint: 'probe.update, or probe for all of its actions' },
  actor: { title: 'Actor', hint: 'Id, or name of a user or token' },
  target: { title: 'Target', hint: 'Id, or name of a user or token' },
  party: { title: 'Actor or target', hint: 'Everything that one did and that was done to them' },
  outcome: { title: 'Outcome', hint: auditOutcome.options.join(', ') },
  type: { title: 'Type', hint: 'authentication.login' },
  category: { title: 'Category', hint: 'authentication' },
  severity: { title: 'Severity', hint: auditSeverity.options.join(', ') },
  source: { title: 'Source', hint: 'The service that sent it' },
  tenant: { title: 'Tenant', hint: 'Whose data it is about' },
  log: { title: 'Log', hint: 'security' },
  requestId: { title: 'Request', hint: 'Id of a request' },
  traceId: { title: 'Trace', hint: 'Id of a trace' },
  detail: { title: 'Detail', hint: 'order.id=17' },
};

const defaultRange: RangeName = '7d';

/** The time that is asked for. */
export interface Asked {
  /** `all` for everything; null when both ends, or one of them, were chosen by hand. */
  readonly name: RangeName | 'all' | null;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The time that an address asks for, as seen at `asOf`: a range by name has no end, so that the newest is in it. */
export function timeOf(search: AuditSearch, asOf: number): Asked {
  if (search.from !== undefined || search.to !== undefined) {
    return { name: null, from: search.from, to: search.to };
  }
  if (search.range === 'all') return { name: 'all', from: undefined, to: undefined };
  const name = Object.hasOwn(ranges, search.range ?? '') ? (search.range as RangeName) : defaultRange;
  return { name, from: asOf - ranges[name][1], to: undefined };
}

/** What is asked besides the time. */
export function conditionsOf(search: AuditSearch): Omit<AuditFilter, 'from' | 'to'> {
  const { range: _range, from: _from, to: _to, outcome, severity, ...rest } = search;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...known('outcome', auditOutcome.safeParse(outcome).data),
    ...known('severity', auditSeverity.safeParse(severity).data),
  };
}

function known<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
}

/** What the client is asked for. */
export function filterOf(search: AuditSearch, asOf: number): AuditFilter {
  const { from, to } = timeOf(search, asOf);
  return { ...conditionsOf(search), ...known('from', from), ...known('to', to) };
}

export interface Chip {
  readonly name: FilterName;
  readonly title: string;
  readonly value: string;
}

/** Every filter that is set, but text and time, which have places of their own. */
export function chipsOf(search: AuditSearch): readonly Chip[] {
  const named = textFilters.flatMap((name) => {
    const value = search[name];
    return value === undefined ? [] : [{ name, title: filterWords[name].title, value }];
  });
  const details = (search.detail ?? []).map((value) => ({
    name: 'detail' as const,
    title: filterWords.detail.title,
    value,
  }));
  return [...named, ...details];
}

/** The address with one filter more; a detail joins those that are there, any other takes the place of its own. */
export function withFilter(search: AuditSearch, name: FilterName, value: string): AuditSearch {
  if (name !== 'detail') return { ...search, [name]: value };
  return { ...search, detail: [...new Set([...(search.detail ?? []), value])] };
}

export function withoutFilter(search: AuditSearch, { name, value }: Chip): AuditSearch {
  if (name !== 'detail') return { ...search, [name]: undefined };
  const left = (search.detail ?? []).filter((each) => each !== value);
  return { ...search, detail: left.length === 0 ? undefined : left };
}

/** The address that shows a search that was kept; without a time it shows the usual one. */
export function searchOf(filter: AuditFilter): AuditSearch {
  return { ...filter };
}
