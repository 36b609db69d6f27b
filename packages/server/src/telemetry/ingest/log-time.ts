/**
 * Milliseconds since the epoch of what loggers write: numbers in seconds, milliseconds, microseconds or
 * nanoseconds, told apart by their size (every one of them is a time between 1973 and 5138 in one unit only),
 * or text as of RFC 3339. NaN when it is no time.
 */
export function logTime(value: unknown): number {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string' || value === '') return Number.NaN;
  // Digits of nanoseconds are cut as text: a double does not hold them, and could be a millisecond early.
  if (/^\d{18,19}$/.test(value)) return Number(value.slice(0, -6));
  if (/^\d{9,19}(?:\.\d+)?$/.test(value)) return ofNumber(Number(value));
  // Without a zone it is UTC: the sender's is not known here.
  const zoned = /(?:[Zz]|[+-]\d\d:?\d\d|GMT|UTC)$/.test(value) ? value : `${value}Z`;
  const parsed = Date.parse(zoned.replace(/(\.\d{3})\d+/, '$1').replace(/^(\S+) (?=\d\d:)/, '$1T'));
  return Number.isNaN(parsed) ? Date.parse(value) : parsed;
}

function ofNumber(value: number): number {
  if (!(value > 0)) return Number.NaN;
  if (value < 1e11) return value * 1000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1000 : value / 1e6;
}
