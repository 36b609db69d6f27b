import { counter, gauge } from './measure.ts';
import type { Measurement, RedisTarget } from './types.ts';

const up = gauge('redis_up', 'Whether the server could be read.');
const keys = gauge('redis_db_keys', 'Keys by database.');
const expiring = gauge('redis_db_keys_expiring', 'Keys that expire, by database.');

/** Fields of INFO, under redis_exporter's names. */
const figures: Readonly<Record<string, (value: number) => Measurement>> = {
  uptime_in_seconds: gauge('redis_uptime_in_seconds', 'Time since the start of the server, in seconds.'),
  connected_clients: gauge('redis_connected_clients', 'Clients that are connected.'),
  blocked_clients: gauge('redis_blocked_clients', 'Clients that wait in a blocking call.'),
  maxclients: gauge('redis_config_maxclients', 'Clients that the server takes.'),
  used_memory: gauge('redis_memory_used_bytes', 'Memory that data takes, in bytes.'),
  used_memory_rss: gauge('redis_memory_used_rss_bytes', 'Memory of the process, in bytes.'),
  maxmemory: gauge('redis_memory_max_bytes', 'Memory that data may take, in bytes; 0 is no limit.'),
  mem_fragmentation_ratio: gauge('redis_mem_fragmentation_ratio', 'Memory of the process per memory used.'),
  rdb_changes_since_last_save: gauge('redis_rdb_changes_since_last_save', 'Changes since the last save.'),
  rdb_last_save_time: gauge(
    'redis_rdb_last_save_timestamp_seconds',
    'The last save, in seconds since the epoch.',
  ),
  connected_slaves: gauge('redis_connected_slaves', 'Replicas that are connected.'),
  total_connections_received: counter('redis_connections_received_total', 'Connections taken.'),
  rejected_connections: counter('redis_rejected_connections_total', 'Connections refused.'),
  total_commands_processed: counter('redis_commands_processed_total', 'Commands carried out.'),
  total_net_input_bytes: counter('redis_net_input_bytes_total', 'Bytes received.'),
  total_net_output_bytes: counter('redis_net_output_bytes_total', 'Bytes sent.'),
  expired_keys: counter('redis_expired_keys_total', 'Keys that expired.'),
  evicted_keys: counter('redis_evicted_keys_total', 'Keys that were evicted for want of memory.'),
  keyspace_hits: counter('redis_keyspace_hits_total', 'Look-ups that found a key.'),
  keyspace_misses: counter('redis_keyspace_misses_total', 'Look-ups that found none.'),
  used_cpu_sys: counter('redis_cpu_sys_seconds_total', 'System CPU time, in seconds.'),
  used_cpu_user: counter('redis_cpu_user_seconds_total', 'User CPU time, in seconds.'),
};

/** The figures in the answer to INFO. */
function readInfo(text: string): Measurement[] {
  const found: Measurement[] = [];
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0 || line.startsWith('#')) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1);
    const database = /^db(\d+)$/.exec(name);
    if (database !== null) {
      const part = (of: string): number => Number(new RegExp(`\\b${of}=(\\d+)`).exec(value)?.[1] ?? 0);
      found.push(keys(part('keys'), { db: name }), expiring(part('expires'), { db: name }));
    } else if (value !== '' && Number.isFinite(Number(value))) {
      const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
      if (figure !== undefined) found.push(figure(Number(value)));
    }
  }
  return found;
}

/** Reads a Redis server under the names of redis_exporter; `redis_up` is 0 when it cannot be read. */
export async function readRedis(target: RedisTarget, signal: AbortSignal): Promise<Measurement[]> {
  const text = await target.info(signal).catch(() => undefined);
  return text === undefined ? [up(0)] : [up(1), ...readInfo(text)];
}
