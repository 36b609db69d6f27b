/** The database that the embedded engine keeps its tables in; `default` is of another engine there. */
export const embeddedDatabase = 'custos';

/**
 * Server settings of the embedded engine. Pools are small, because every idle thread costs memory, and
 * `max_server_memory_usage` is set because the engine's own default is nine tenths of the host's memory.
 * The `system.*_log` tables are off: they grow without bound unless someone gives them a TTL.
 */
export function engineConfiguration(limits: {
  readonly memoryBytes: number;
  readonly threads: number;
}): string {
  const settings: Readonly<Record<string, number>> = {
    max_server_memory_usage: limits.memoryBytes,
    max_thread_pool_size: 256,
    background_pool_size: 2,
    background_merges_mutations_concurrency_ratio: 2,
    background_schedule_pool_size: 4,
    background_common_pool_size: 2,
    background_fetches_pool_size: 1,
    background_move_pool_size: 1,
    mark_cache_size: 16 * 1024 * 1024,
    uncompressed_cache_size: 0,
    mmap_cache_size: 0,
  };
  const logs = [
    'query_log',
    'query_thread_log',
    'query_views_log',
    'query_metric_log',
    'part_log',
    'trace_log',
    'text_log',
    'metric_log',
    'asynchronous_metric_log',
    'error_log',
    'processors_profile_log',
    'latency_log',
    'opentelemetry_span_log',
    'crash_log',
    'session_log',
    'background_schedule_pool_log',
  ];
  return [
    '<clickhouse>',
    ...Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`),
    ...logs.map((name) => `  <${name} remove="remove"/>`),
    '  <merge_tree><min_bytes_for_wide_part>10485760</min_bytes_for_wide_part></merge_tree>',
    '</clickhouse>',
    '',
  ].join('\n');
}
