/**
 * Reading of what an address says after the `?`. Values are kept as the text that they are there, and as what a
 * page gave when it is the page that leads there; what is not understood is as if it were not there.
 */

/** A text; what looks like a number or a truth is one too. */
export function readText(value: unknown): string | undefined {
  const given = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof given === 'string' && given !== '' ? given : undefined;
}

/** A time, ms, or another whole number. */
export function readWhole(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isSafeInteger(parsed) ? parsed : undefined;
}

/** What was given once, several times, or as a JSON array. */
export function readList(value: unknown): readonly unknown[] {
  let given: unknown = value;
  if (typeof value === 'string' && value.startsWith('[')) {
    try {
      given = JSON.parse(value);
    } catch {
      given = value;
    }
  }
  return Array.isArray(given) ? given : [given];
}

/** A range of time: the name of one that ends now, or its two ends, ms. */
export function readTime(search: Record<string, unknown>): {
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
} {
  return {
    range: readText(search['range']),
    from: readWhole(search['from']),
    to: readWhole(search['to']),
  };
}
