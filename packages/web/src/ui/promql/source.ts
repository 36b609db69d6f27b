/** What an editor of expressions asks about metrics, as `@prometheus-io/codemirror-promql` wants it. */
export interface PromqlSource {
  labelNames(metric?: string): Promise<string[]>;
  labelValues(label: string, metric?: string): Promise<string[]>;
  metricMetadata(): Promise<Record<string, { type: string; help: string }[]>>;
  series(metric: string): Promise<Map<string, string>[]>;
  metricNames(prefix?: string): Promise<string[]>;
  flags(): Promise<Record<string, string>>;
}
