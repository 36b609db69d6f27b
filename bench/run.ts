import { print, type Figure } from './figure.ts';

/**
 * `npm run bench -- NAME [NAME ...]`: runs benchmarks and prints one JSON line per figure, each with a
 * baseline from the same run. Goals are in the issue and results in `docs/performance.md`.
 */
const benches: Readonly<Record<string, () => Promise<{ run(): Promise<readonly Figure[]> }>>> = {
  start: () => import('./start.ts'),
  memory: () => import('./memory.ts'),
  probes: () => import('./probes.ts'),
  page: () => import('./page.ts'),
  outbox: () => import('./outbox.ts'),
  dashboard: () => import('./dashboard.ts'),
  ledger: () => import('./ledger.ts'),
  audit: () => import('./audit.ts'),
  access: () => import('./access.ts'),
  bytes: () => import('./telemetry/bytes.ts'),
  'ingest-metrics': () => import('./telemetry/ingest-metrics.ts'),
  'query-metrics': () => import('./telemetry/query-metrics.ts'),
  'query-metrics-long': () => import('./telemetry/query-metrics-long.ts'),
  'ingest-logs': () => import('./telemetry/ingest-logs.ts'),
  'query-logs': () => import('./telemetry/query-logs.ts'),
  rules: () => import('./telemetry/rules.ts'),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benches));
if (names.length === 0 || unknown.length > 0) {
  console.error(`Name one or more of: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
for (const name of names) {
  const bench = await benches[name]?.();
  for (const figure of (await bench?.run()) ?? []) print(name, figure);
}
