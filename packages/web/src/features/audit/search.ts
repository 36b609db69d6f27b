import { readList, readText, readTime } from '../../ui/address.ts';

/** Filters that are one text each, in the order in which they are told. */
export const textFilters = [
  'action',
  'actor',
  'target',
  'party',
  'outcome',
  'type',
  'category',
  'severity',
  'source',
  'tenant',
  'log',
  'requestId',
  'traceId',
] as const;
export type TextFilter = (typeof textFilters)[number];

/** What the address of the audit page says: any view can be sent to a colleague. */
export type AuditSearch = {
  readonly [Name in TextFilter]?: string | undefined;
} & {
  readonly text?: string | undefined;
  /** Each is `path=value`. */
  readonly detail?: readonly string[] | undefined;
  /** Name of a range that ends now, or `all`. */
  readonly range?: string | undefined;
  /** Times of receipt, ms; both or one of them instead of a range. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
};

/** Reads the address; what is not understood does not filter. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const detail = readList(search['detail']).flatMap((each) => readText(each) ?? []);
  const named = Object.fromEntries(textFilters.map((name) => [name, readText(search[name])]));
  return {
    ...named,
    text: readText(search['text']),
    detail: detail.length === 0 ? undefined : detail,
    ...readTime(search),
  };
}
