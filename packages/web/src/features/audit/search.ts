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

function text(value: unknown): string | undefined {
  const given = typeof value === 'number' ? String(value) : value;
  return typeof given === 'string' && given !== '' ? given : undefined;
}

function instant(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isSafeInteger(parsed) ? parsed : undefined;
}

/** Texts of a parameter that was given once, several times, or as a JSON array. */
function texts(value: unknown): readonly string[] | undefined {
  let given: unknown = value;
  if (typeof value === 'string' && value.startsWith('[')) {
    try {
      given = JSON.parse(value);
    } catch {
      given = value;
    }
  }
  const all = (Array.isArray(given) ? given : [given]).flatMap((each: unknown) => text(each) ?? []);
  return all.length === 0 ? undefined : all;
}

/** Reads the address; what is not understood does not filter. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const named = Object.fromEntries(textFilters.map((name) => [name, text(search[name])]));
  return {
    ...named,
    text: text(search['text']),
    detail: texts(search['detail']),
    range: text(search['range']),
    from: instant(search['from']),
    to: instant(search['to']),
  };
}
