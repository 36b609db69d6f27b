const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

interface Timing {
  readonly buckets: number[];
  count: number;
  seconds: number;
}

/** What the shop counts, for `/metrics`. */
export interface ShopMetrics {
  answered(path: string, status: number, seconds: number): void;
  ordered(outcome: 'placed' | 'failed'): void;
  /** In Prometheus's text format. */
  text(gauges: Readonly<Record<string, number>>): string;
}

export function createShopMetrics(): ShopMetrics {
  const requests = new Map<string, number>();
  const timings = new Map<string, Timing>();
  const orders = { placed: 0, failed: 0 };

  return {
    answered(path, status, seconds) {
      const labels = `path="${path}",status="${status}"`;
      requests.set(labels, (requests.get(labels) ?? 0) + 1);
      const timing = timings.get(path) ?? { buckets: bounds.map(() => 0), count: 0, seconds: 0 };
      timings.set(path, timing);
      for (const [index, bound] of bounds.entries()) {
        if (seconds <= bound) timing.buckets[index] = (timing.buckets[index] ?? 0) + 1;
      }
      timing.count += 1;
      timing.seconds += seconds;
    },
    ordered(outcome) {
      orders[outcome] += 1;
    },
    text(gauges) {
      const lines = [
        '# HELP shop_requests_total Requests that were answered.',
        '# TYPE shop_requests_total counter',
      ];
      for (const [labels, count] of requests) lines.push(`shop_requests_total{${labels}} ${count}`);
      lines.push('# HELP shop_request_duration_seconds How long answers took.');
      lines.push('# TYPE shop_request_duration_seconds histogram');
      for (const [path, { buckets, count, seconds }] of timings) {
        const name = 'shop_request_duration_seconds';
        for (const [index, bound] of bounds.entries())
          lines.push(`${name}_bucket{path="${path}",le="${bound}"} ${buckets[index]}`);
        lines.push(`${name}_bucket{path="${path}",le="+Inf"} ${count}`);
        lines.push(`${name}_sum{path="${path}"} ${seconds}`, `${name}_count{path="${path}"} ${count}`);
      }
      lines.push('# HELP shop_orders_total Orders of customers.', '# TYPE shop_orders_total counter');
      for (const [outcome, count] of Object.entries(orders))
        lines.push(`shop_orders_total{outcome="${outcome}"} ${count}`);
      for (const [name, value] of Object.entries(gauges))
        lines.push(`# TYPE ${name} gauge`, `${name} ${value}`);
      return `${lines.join('\n')}\n`;
    },
  };
}
