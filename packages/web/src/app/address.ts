/** Text of a search parameter; absent when it is not text. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

/** Reads parameters of an address that are one text each. */
export function texts<Name extends string>(...names: readonly Name[]) {
  return (search: Record<string, unknown>) =>
    Object.fromEntries(names.map((name) => [name, text(search[name])])) as {
      readonly [Each in Name]?: string | undefined;
    };
}

/** Reads a range of time: the name of one that ends now, or its two ends, ms. */
export function rangeSearch(search: Record<string, unknown>): {
  range?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
} {
  return { range: text(search['range']), from: number(search['from']), to: number(search['to']) };
}
