/**
 * Names as the OpenTelemetry specification maps them to Prometheus ("Prometheus and OpenMetrics
 * Compatibility", section "OTLP metric points to Prometheus"): words of letters and digits, joined by `_`,
 * with the unit and `_total` or `_ratio` behind them.
 */
export type NameKind = 'counter' | 'gauge' | 'other';

/** Units of UCUM by the words that Prometheus uses. */
const units: ReadonlyMap<string, string> = new Map(
  Object.entries({
    d: 'days',
    h: 'hours',
    min: 'minutes',
    s: 'seconds',
    ms: 'milliseconds',
    us: 'microseconds',
    ns: 'nanoseconds',
    By: 'bytes',
    KiBy: 'kibibytes',
    MiBy: 'mebibytes',
    GiBy: 'gibibytes',
    TiBy: 'tibibytes',
    KBy: 'kilobytes',
    MBy: 'megabytes',
    GBy: 'gigabytes',
    TBy: 'terabytes',
    m: 'meters',
    V: 'volts',
    A: 'amperes',
    J: 'joules',
    W: 'watts',
    g: 'grams',
    Cel: 'celsius',
    Hz: 'hertz',
    '%': 'percent',
    '1': '',
  }),
);
const perUnits: ReadonlyMap<string, string> = new Map(
  Object.entries({
    s: 'second',
    min: 'minute',
    h: 'hour',
    d: 'day',
    wk: 'week',
    mo: 'month',
    a: 'year',
    m: 'meter',
  }),
);

const words = (text: string): string[] => text.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');

/** `By/s` as words: `bytes`, `per_second`. Notes in braces, such as `{packet}`, are no unit. */
function unitWords(unit: string): { readonly main: string; readonly per: string } {
  const [main = '', per = ''] = unit.split('/', 2).map((part) => part.trim());
  const known = (part: string, table: ReadonlyMap<string, string>): string =>
    part.includes('{') ? '' : (table.get(part) ?? words(part).join('_'));
  return { main: known(main, units), per: known(per, perUnits) };
}

/** The metric's name in Prometheus. */
export function metricNameOf(name: string, unit: string, kind: NameKind): string {
  let parts = words(name);
  const { main, per } = unitWords(unit);
  if (main !== '' && !parts.includes(main)) parts.push(main);
  if (per !== '' && !parts.includes(per)) parts.push('per', per);
  if (kind === 'counter') parts = [...parts.filter((part) => part !== 'total'), 'total'];
  if (kind === 'gauge' && unit === '1') parts = [...parts.filter((part) => part !== 'ratio'), 'ratio'];
  const joined = parts.join('_');
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

/** The unit in words, as metadata has it. */
export function unitOf(unit: string): string {
  const { main, per } = unitWords(unit);
  return per === '' ? main : `${main}_per_${per}`.replace(/^_/, '');
}

const labelNames = new Map<string, string>();

/** The label's name of an attribute: what Prometheus's names cannot have becomes `_`. */
export function labelNameOf(key: string): string {
  let name = labelNames.get(key);
  if (name === undefined) {
    name = key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
    if (/^\d/.test(name)) name = `key_${name}`;
    if (labelNames.size < 10_000) labelNames.set(key, name);
  }
  return name;
}
