const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
type Unit = keyof typeof unitMs;

/**
 * Parses `1h30m`, `15s`, `250ms` or `7d` into milliseconds; `undefined` when it is not a duration.
 * The grammar is Prometheus's: whole numbers with a unit, largest unit first, no spaces.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+w)?(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?$/.test(text) || text === '') return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[wdhms])/g)) {
    total += Number(amount) * unitMs[unit as Unit];
  }
  return total;
}

/** Writes milliseconds the way `parseDuration` reads them: `5400000` becomes `1h30m`. */
export function formatDuration(ms: number): string {
  if (ms <= 0) return '0s';
  let rest = Math.round(ms);
  let text = '';
  for (const unit of ['w', 'd', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / unitMs[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * unitMs[unit];
  }
  return text;
}

/**
 * Returns the wait before retry number `attempt` (1 is the first retry): exponential from `baseMs`, capped
 * at `maxMs`, with full jitter over the upper half so that many retries do not march in step.
 */
export function backoffMs(
  attempt: number,
  limits: { readonly baseMs: number; readonly maxMs: number },
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
