const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time in words, its two largest units: `3 h 12 min`, `45 s`, `250 ms`. */
export function duration(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < minute) return `${Math.round(ms / second)} s`;
  const two = (large: number, small: number, names: readonly [string, string]): string => {
    const first = Math.floor(ms / large);
    const rest = Math.floor((ms % large) / small);
    return rest === 0 ? `${first} ${names[0]}` : `${first} ${names[0]} ${rest} ${names[1]}`;
  };
  if (ms < hour) return two(minute, second, ['min', 's']);
  if (ms < day) return two(hour, minute, ['h', 'min']);
  return two(day, hour, ['d', 'h']);
}

/** How long ago, in one unit: `now`, `12 s ago`, `3 h ago`; for the future `in 5 min`. */
export function ago(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < 2 * second) return 'now';
  const words =
    distance < minute
      ? `${Math.floor(distance / second)} s`
      : distance < hour
        ? `${Math.floor(distance / minute)} min`
        : distance < 2 * day
          ? `${Math.floor(distance / hour)} h`
          : `${Math.floor(distance / day)} d`;
  return at > now ? `in ${words}` : `${words} ago`;
}

/** A response time: `84 ms`, `1.24 s`; a dash where nothing was measured. */
export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** A share of 0 to 1 as percent, never rounded up to 100: `99.98%`. */
export function share(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value >= 1) return '100%';
  const percent = Math.floor(value * 10_000) / 100;
  return `${percent.toFixed(percent >= 10 ? 2 : 1)}%`;
}

/** Percent as measured: `42%`. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${Math.round(value)}%`;
}

/** Bytes with binary units: `412 MiB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = value <= 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const amount = value / 1024 ** step;
  return `${amount >= 100 || step === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[step] ?? 'B'}`;
}

/** `1 alert`, `3 alerts`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? noun : plural}`;
}

/** A role's name in words, for who may not see its title: `Senior analyst`. */
export function roleWords(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const unitPart = /_(percent|ms|bytes|days|seconds)(?=_|$)/;

const inUnit: Readonly<Record<string, (value: number) => string>> = {
  percent: (value) => `${value.toFixed(value < 10 && value !== 0 ? 1 : 0)}%`,
  ms: latency,
  bytes,
  days: (value) => `${Math.floor(value)} d`,
  seconds: (value) => duration(value * 1000),
};

/** A measured value with the unit that its name carries: `cpu_percent`, `latency_ms`, `disk_free_bytes_root`. */
export function measured(name: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const format = inUnit[unitPart.exec(name)?.[1] ?? ''];
  if (format !== undefined) return format(value);
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Math.round(value * 100) / 100);
}

const ownTitles: Readonly<Record<string, string>> = {
  rss_bytes: 'Memory',
  process_cpu_percent: 'CPU',
  gc_percent: 'Garbage collection',
  load1: 'Load, 1 min',
  query_value: 'Answer of the query',
};

/** The name of a value in words, without its unit: `cpu_percent` becomes `CPU`, `disk_percent_root` `Disk, root`. */
export function valueTitle(name: string): string {
  const [what = '', where] = name.split(unitPart).filter((_, index) => index !== 1);
  const words = where === undefined || where === '' ? what : `${what}, ${where.replace(/^_/, '')}`;
  if (Object.hasOwn(ownTitles, name)) return ownTitles[name] ?? name;
  const fixed = words
    .replaceAll('_', ' ')
    .replace(/\b(cpu|gc|rss|dns|tls|http)\b/g, (word) => word.toUpperCase())
    .replace(/\bload(\d+)\b/, 'load, $1 min');
  return fixed.charAt(0).toUpperCase() + fixed.slice(1);
}
