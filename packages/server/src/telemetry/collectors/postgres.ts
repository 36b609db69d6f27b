import { counter, gauge } from './measure.ts';
import type { Measurement, PostgresTarget } from './types.ts';

const up = gauge('pg_up', 'Whether the server could be read.');
const maxConnections = gauge('pg_settings_max_connections', 'Connections that the server takes.');
const databaseSize = gauge('pg_database_size_bytes', 'Size of the database, in bytes.');
const activity = gauge('pg_stat_activity_count', 'Connections by database and state.');
const longest = gauge(
  'pg_stat_activity_max_tx_duration',
  'Age of the oldest transaction by database and state, in seconds.',
);
const lag = gauge('pg_replication_lag_seconds', 'How far a standby is behind, in seconds; 0 on a primary.');
const locks = gauge('pg_locks_count', 'Locks by database and mode.');

/** Columns of pg_stat_database, under postgres_exporter's names. */
const databaseCounters = [
  'xact_commit',
  'xact_rollback',
  'blks_read',
  'blks_hit',
  'tup_returned',
  'tup_fetched',
  'tup_inserted',
  'tup_updated',
  'tup_deleted',
  'conflicts',
  'temp_files',
  'temp_bytes',
  'deadlocks',
].map((column) => ({
  column,
  figure: counter(`pg_stat_database_${column}`, `${column} of pg_stat_database.`),
}));
const backends = gauge('pg_stat_database_numbackends', 'Connections to the database.');

/** What is read; every role may, but sees more with `pg_monitor`. */
const statements = [
  `select d.datname, s.numbackends, ${databaseCounters.map(({ column }) => `s.${column}`).join(', ')},
          case when has_database_privilege(d.oid, 'connect') then pg_database_size(d.oid) end as size
     from pg_stat_database s join pg_database d on d.oid = s.datid
    where not d.datistemplate and d.datallowconn order by d.oid limit 200`,
  `select coalesce(datname, '') as datname, coalesce(state, 'unknown') as state, count(*)::int as count,
          coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as longest
     from pg_stat_activity where backend_type = 'client backend' group by 1, 2 limit 1000`,
  `select current_setting('max_connections')::int as max_connections,
          case when pg_is_in_recovery()
            then coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0)
            else 0 end::float8 as lag`,
  `select coalesce(d.datname, '') as datname, lower(l.mode) as mode, count(*)::int as count
     from pg_locks l left join pg_database d on d.oid = l.database group by 1, 2 limit 1000`,
];

/** Reads a PostgreSQL server under the names of postgres_exporter; `pg_up` is 0 when it cannot be read. */
export async function readPostgres(target: PostgresTarget, signal: AbortSignal): Promise<Measurement[]> {
  const answers = await target.read(statements, signal).catch(() => undefined);
  if (answers === undefined) return [up(0)];
  const [databases = [], activities = [], [server = {}] = [], held = []] = answers;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  // What is said of the server comes first: whatever bounds a sender has met, it is there.
  const found: Measurement[] = [
    up(1),
    maxConnections(Number(server['max_connections'])),
    lag(Number(server['lag'])),
  ];
  for (const row of databases) {
    const labels = { datname: text(row['datname']) };
    found.push(backends(Number(row['numbackends']), labels));
    for (const { column, figure } of databaseCounters) found.push(figure(Number(row[column]), labels));
    if (row['size'] !== null) found.push(databaseSize(Number(row['size']), labels));
  }
  for (const row of activities) {
    const labels = { datname: text(row['datname']), state: text(row['state']) };
    found.push(activity(Number(row['count']), labels), longest(Number(row['longest']), labels));
  }
  for (const row of held) {
    found.push(locks(Number(row['count']), { datname: text(row['datname']), mode: text(row['mode']) }));
  }
  return found;
}
