/**
 * Log lines as services write them, made inside the engine so that ten million of them do not take longer
 * than what is measured. The same numbers make the same lines.
 */
const templates = [
  "concat('GET /api/orders/', toString(n % 90000), ' ', toString(status), ' in ', toString(duration), ' ms')",
  "concat('POST /api/checkout ', toString(status), ' in ', toString(duration), ' ms (basket ', hex(h), ')')",
  "concat('cache miss for customer:', toString(h % 400000), ', loading from replica ', toString(n % 3))",
  "concat('payment ', hex(h), ' of ', toString(h % 90000 / 100), ' EUR captured by acquirer-', toString(n % 4))",
  "concat('job mail-digest finished: ', toString(h % 900), ' letters, ', toString(duration * 7), ' ms')",
  "concat('slow query (', toString(duration), ' ms): SELECT * FROM stock WHERE sku = ', toString(h % 70000))",
  "concat('session ', lower(hex(sipHash64(n))), ' opened for user ', toString(h % 120000))",
  "concat('retrying delivery ', toString(h % 1000000), ', attempt ', toString(1 + n % 5), ': upstream answered 503')",
];

/** Found about twenty times in an hour. */
const rare = [
  "concat('connection reset by peer while reading from ledger-', toString(n % 9))",
  "concat('timeout after ', toString(4000 + h % 900), ' ms waiting for lock of account ', toString(h % 5000))",
];

export interface LineSpan {
  readonly table: string;
  /** Columns that the table has beyond those of a record. */
  readonly spoolId: string | undefined;
  readonly first: number;
  readonly count: number;
  readonly total: number;
  /** The lines lie evenly in `hours` before this, ms. */
  readonly endMs: number;
  readonly hours: number;
}

/** The statement that puts the lines numbered from `first` on into a table. */
export function insertLines({ table, spoolId, first, count, total, endMs, hours }: LineSpan): string {
  const startMs = endMs - hours * 3_600_000;
  const stepMs = (hours * 3_600_000) / total;
  const choices = templates
    .map((text, index) => (index === 0 ? text : `h % ${templates.length} = ${index}, ${text}`))
    .toReversed()
    .join(', ');
  return `INSERT INTO ${table}
    (time, category, severity, service, host, trace_id, span_id, message, attributes, masked${spoolId === undefined ? '' : ', spool_id, spool_row'})
    WITH number + ${first} AS n, cityHash64(n) AS h, sipHash64(n) % 20833 AS seldom,
      toUInt32(5 + pow(h % 1000 / 1000, 6) * 3000) AS duration,
      multiIf(h % 97 = 0, 500, h % 31 = 0, 404, h % 53 = 0, 503, 200) AS status
    SELECT fromUnixTimestamp64Milli(toInt64(${startMs} + n * ${stepMs}), 'UTC'),
      if(h % 40 = 0, 'security', if(h % 7 = 0, 'performance', 'application')),
      multiIf(seldom < 2, 'error', status >= 500, 'error', status = 404, 'warn', h % 11 = 0, 'debug', 'info'),
      arrayElement(['web', 'orders', 'checkout', 'stock', 'mailer', 'search', 'auth', 'billing', 'gateway', 'ledger'], toUInt8(1 + (h % 8) + n % 3)),
      concat('node-', toString(sipHash64(n) % 24)),
      if(h % 3 = 0, lower(hex(MD5(toString(intDiv(n, 6))))), ''), if(h % 3 = 0, lower(hex(h)), ''),
      multiIf(seldom = 0, ${rare[0]}, seldom = 1, ${rare[1]}, ${choices}),
      map('duration', toString(duration), 'http.status_code', toString(status), 'region', if(n % 2 = 0, 'north', 'south'),
        'user', concat('u', toString(h % 120000)), 'version', '2026.11.3'),
      []${spoolId === undefined ? '' : `, '${spoolId}', n`}
    FROM numbers(${count})`;
}
