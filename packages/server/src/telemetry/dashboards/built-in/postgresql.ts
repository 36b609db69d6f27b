import type { BuiltInDashboard } from '../types.ts';
import { figure, overLabel, rows } from './panels.ts';

const of = 'instance=~"$instance",datname=~"$datname"';
const server = 'instance=~"$instance"';

/** A PostgreSQL server, by the names that postgres_exporter and Custos's own collector give. */
export const postgresql: BuiltInDashboard = {
  id: 'postgresql',
  name: 'PostgreSQL',
  description: 'Connections, transactions, cache and locks (names as in postgres_exporter).',
  shared: true,
  variables: [
    overLabel({ name: 'instance', title: 'Server', selector: 'pg_stat_database_numbackends' }),
    overLabel({ name: 'datname', title: 'Database', selector: 'pg_stat_database_numbackends' }),
  ],
  panels: rows(
    [
      figure({
        title: 'Connections',
        unit: 'count',
        queries: [[`sum(pg_stat_database_numbackends{${of}})`]],
      }),
      figure({
        title: 'Transactions',
        unit: 'per-second',
        queries: [
          [
            `sum(rate(pg_stat_database_xact_commit{${of}}[$__rate])) + sum(rate(pg_stat_database_xact_rollback{${of}}[$__rate]))`,
          ],
        ],
      }),
      figure({
        title: 'Read from cache',
        unit: 'ratio',
        queries: [
          [
            `sum(rate(pg_stat_database_blks_hit{${of}}[$__rate])) / (sum(rate(pg_stat_database_blks_hit{${of}}[$__rate])) + sum(rate(pg_stat_database_blks_read{${of}}[$__rate])))`,
          ],
        ],
      }),
      figure({ title: 'Size', unit: 'bytes', queries: [[`sum(pg_database_size_bytes{${of}})`]] }),
    ],
    [
      {
        title: 'Connections',
        unit: 'count',
        min: 0,
        queries: [
          [`pg_stat_database_numbackends{${of}}`, '{{datname}}'],
          [`max(pg_settings_max_connections{${server}})`, 'most there may be'],
        ],
      },
      {
        title: 'Transactions',
        unit: 'per-second',
        min: 0,
        queries: [
          [`sum by (datname) (rate(pg_stat_database_xact_commit{${of}}[$__rate]))`, 'committed, {{datname}}'],
          [
            `sum by (datname) (rate(pg_stat_database_xact_rollback{${of}}[$__rate]))`,
            'rolled back, {{datname}}',
          ],
        ],
      },
    ],
    [
      {
        title: 'Rows read and written',
        unit: 'per-second',
        min: 0,
        queries: [
          [`sum(rate(pg_stat_database_tup_fetched{${of}}[$__rate]))`, 'fetched'],
          [`sum(rate(pg_stat_database_tup_inserted{${of}}[$__rate]))`, 'inserted'],
          [`sum(rate(pg_stat_database_tup_updated{${of}}[$__rate]))`, 'updated'],
          [`sum(rate(pg_stat_database_tup_deleted{${of}}[$__rate]))`, 'deleted'],
        ],
      },
      {
        title: 'Deadlocks and temporary files',
        unit: 'per-second',
        min: 0,
        queries: [
          [`sum by (datname) (rate(pg_stat_database_deadlocks{${of}}[$__rate]))`, 'deadlocks, {{datname}}'],
          [
            `sum by (datname) (rate(pg_stat_database_temp_files{${of}}[$__rate]))`,
            'temporary files, {{datname}}',
          ],
        ],
      },
    ],
    [
      {
        title: 'Replication lag',
        unit: 'seconds',
        min: 0,
        queries: [[`pg_replication_lag_seconds{${server}}`, '{{instance}}']],
      },
      {
        title: 'Size of databases',
        unit: 'bytes',
        min: 0,
        queries: [[`pg_database_size_bytes{${of}}`, '{{datname}}']],
      },
    ],
  ),
};
