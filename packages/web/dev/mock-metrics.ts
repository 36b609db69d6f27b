import type { IncomingMessage, ServerResponse } from 'node:http';

/** A made-up metric: its series, and how a value comes about from time and series. */
interface MockMetric {
  readonly type: string;
  readonly help: string;
  readonly series: readonly Readonly<Record<string, string>>[];
  readonly at: (seconds: number, index: number) => number;
}

const wave = (seconds: number, index: number): number =>
  Math.sin(seconds / (900 + index * 37)) +
  Math.sin(seconds / 131 + index) * 0.3 +
  ((seconds * (index + 3)) % 97) / 400;
const instances = ['10.0.0.1:9100', '10.0.0.2:9100', '10.0.0.3:9100'];
const perInstance = instances.map((instance) => ({ job: 'node', instance }));
const shops = ['api', 'checkout', 'worker'].map((job) => ({ job, instance: `${job}-1:9090` }));
const many = Array.from({ length: 1000 }, (_, index) => ({ shard: String(index), job: 'queue' }));

const metrics: Readonly<Record<string, MockMetric>> = {
  up: {
    type: 'gauge',
    help: 'Whether the target answers.',
    series: [...perInstance, ...shops],
    at: (_, index) => (index === 4 ? 0 : 1),
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory, in bytes.',
    series: shops,
    at: (seconds, index) => (180 + 40 * index + 12 * wave(seconds, index)) * 1048576,
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'User and system time, in seconds.',
    series: shops,
    at: (seconds, index) => Math.max(0, 0.4 + 0.2 * index + 0.15 * wave(seconds, index)),
  },
  node_memory_MemTotal_bytes: {
    type: 'gauge',
    help: 'Memory of the machine.',
    series: perInstance,
    at: () => 16 * 2 ** 30,
  },
  node_memory_MemAvailable_bytes: {
    type: 'gauge',
    help: 'Memory that could be used.',
    series: perInstance,
    at: (seconds, index) => (6 + index + wave(seconds, index)) * 2 ** 30,
  },
  node_cpu_seconds_total: {
    type: 'counter',
    help: 'Time of the processors by mode.',
    series: ['user', 'system', 'iowait', 'steal'].map((mode) => ({ mode })),
    at: (seconds, index) => Math.max(0, 0.3 / (index + 1) + 0.05 * wave(seconds, index)),
  },
  http_server_request_duration_seconds_count: {
    type: 'histogram',
    help: 'Requests that were answered.',
    series: ['200', '404', '500'].map((http_response_status_code) => ({
      http_response_status_code,
      job: 'api',
    })),
    at: (seconds, index) => Math.max(0, 40 / (index * 6 + 1) + 4 * wave(seconds, index)),
  },
  queue_depth: {
    type: 'gauge',
    help: 'Jobs that wait, by shard.',
    series: many,
    at: (seconds, index) => 50 + (index % 40) + 20 * wave(seconds, index % 60),
  },
};

function metricIn(query: string): readonly [string, MockMetric] | undefined {
  return Object.entries(metrics)
    .filter(([name]) => query.includes(name))
    .sort(([one], [other]) => other.length - one.length)[0];
}

const isSum = (query: string): boolean =>
  /\b(sum|avg|max|min|count|histogram_quantile)\b/.test(query) && !/ by \((?!le\))/.test(query);

/** An outage in the middle of everything: a gap is to be seen as one. */
const isAway = (seconds: number, index: number): boolean =>
  index === 1 && seconds % 7200 > 2400 && seconds % 7200 < 3300;

function seriesOf(query: string) {
  const found = metricIn(query);
  if (found === undefined) return [];
  const [name, metric] = found;
  if (isSum(query)) return [{ labels: {}, at: (seconds: number) => metric.at(seconds, 0) }];
  return metric.series.map((labels, index) => ({
    labels: { ...(query.includes('(') ? {} : { __name__: name }), ...labels },
    at: (seconds: number) => (isAway(seconds, index) ? undefined : metric.at(seconds, index)),
  }));
}

/** Answers `/prometheus/api/v1/*` with waves; an expression with `!!` or an open bracket is a fault. */
export function answerMetrics(request: IncomingMessage, reply: ServerResponse, state: string): boolean {
  const url = new URL(request.url ?? '/', 'http://mock');
  if (!url.pathname.startsWith('/prometheus/api/v1/')) return false;
  const path = url.pathname.slice('/prometheus/api/v1'.length);
  const send = (status: number, body: unknown): void => {
    reply.writeHead(status, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(body));
  };
  const good = (data: unknown): void => send(200, { status: 'success', data });
  const answer = (from: URLSearchParams): void => {
    const query = from.get('query') ?? '';
    if (state === 'broken')
      return send(503, {
        status: 'error',
        errorType: 'unavailable',
        error: 'The columns store does not answer.',
      });
    const open = query.split('(').length - query.split(')').length;
    if (path.startsWith('/query') && open !== 0)
      return send(400, {
        status: 'error',
        errorType: 'bad_data',
        error: `invalid parameter "query": 1:${query.length}: parse error: unclosed left parenthesis`,
      });
    const start = Number(from.get('start'));
    const end = Number(from.get('end'));
    const step = Number(from.get('step'));
    const series = state === 'empty' ? [] : seriesOf(query);
    if (path === '/query_range')
      return good({
        resultType: 'matrix',
        result: series.map(({ labels, at }) => {
          const values: [number, string][] = [];
          for (let seconds = start; seconds <= end; seconds += step) {
            const value = at(seconds);
            if (value !== undefined) values.push([seconds, String(value)]);
          }
          return { metric: labels, values };
        }),
      });
    if (path === '/query') {
      const time = Number(from.get('time') ?? Date.now() / 1000);
      return good({
        resultType: 'vector',
        result: series.flatMap(({ labels, at }) => {
          const value = at(time);
          return value === undefined ? [] : [{ metric: labels, value: [time, String(value)] }];
        }),
      });
    }
    const named = metricIn(decodeURIComponent(from.get('match[]') ?? ''))?.[1];
    const all = named === undefined ? Object.values(metrics) : [named];
    const labels = all.flatMap((metric) => metric.series);
    if (path === '/metadata')
      return good(
        Object.fromEntries(
          Object.entries(metrics).map(([name, { type, help }]) => [name, [{ type, help, unit: '' }]]),
        ),
      );
    if (path === '/labels')
      return good([...new Set(['__name__', ...labels.flatMap((each) => Object.keys(each))])]);
    if (path === '/series') return good(labels.slice(0, 200));
    const label = /^\/label\/([^/]+)\/values$/.exec(path)?.[1];
    if (label === '__name__') return good(state === 'empty' ? [] : Object.keys(metrics));
    if (label !== undefined)
      return good([...new Set(labels.flatMap((each) => each[label as keyof typeof each] ?? []))]);
    send(404, { status: 'error', errorType: 'not_found', error: `no ${path}` });
  };
  if (request.method !== 'POST') {
    answer(url.searchParams);
    return true;
  }
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
  request.on('end', () => answer(new URLSearchParams(body)));
  return true;
}
