import { createHash } from 'node:crypto';
import { formatDuration, parseDuration } from '../../../base/duration.ts';
import type { Labels } from '../../../base/labels.ts';
import type { Relabel } from './relabel.ts';
import type { ScrapeJob, TargetGroup } from './types.ts';

/** An address that is scraped, with what its samples are labelled. */
export interface Target {
  /** The same for the same address and labels: a target that stays is not begun anew. */
  readonly key: string;
  readonly job: string;
  readonly url: string;
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Its own moment within the interval, so that targets are not all asked at once. */
  readonly offsetMs: number;
}

/** A target that cannot be: which one and why. */
export interface TargetFault {
  readonly target: string;
  readonly why: string;
}

/** No target is asked more often, nor given up sooner. */
const shortestMs = 100;

const plain = (labels: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...labels].filter(([name]) => !name.startsWith('__')));

function urlOf(labels: ReadonlyMap<string, string>, params: ScrapeJob['params']): string | undefined {
  const label = (name: string): string => labels.get(name) ?? '';
  const url = URL.parse(`${label('__scheme__')}://${label('__address__')}${label('__metrics_path__')}`);
  if (url === null) return undefined;
  for (const [name, values] of Object.entries(params)) {
    // The first value of a parameter can be rewritten, as `__param_NAME`.
    const [, ...others] = values;
    const first = label(`__param_${name}`);
    if (first !== '') url.searchParams.append(name, first);
    for (const value of others) url.searchParams.append(name, value);
  }
  for (const [name, value] of labels) {
    const given = name.startsWith('__param_') ? name.slice('__param_'.length) : undefined;
    if (given !== undefined && !(given in params)) url.searchParams.append(given, value);
  }
  return url.href;
}

/** The target of an address after `relabel_configs`; undefined when they leave it out. */
export function targetOf(
  address: string,
  group: TargetGroup,
  { job, relabel }: { readonly job: ScrapeJob; readonly relabel: Relabel },
): Target | TargetFault | undefined {
  const labels = new Map<string, string>([
    ['job', job.job_name],
    ['__address__', address],
    ['__scheme__', job.scheme],
    ['__metrics_path__', job.metrics_path],
    ['__scrape_interval__', formatDuration(job.scrape_interval)],
    ['__scrape_timeout__', formatDuration(job.scrape_timeout)],
  ]);
  for (const [name, [first = '']] of Object.entries(job.params)) labels.set(`__param_${name}`, first);
  for (const [name, value] of Object.entries(group.labels)) if (value !== '') labels.set(name, value);
  if (!relabel(labels)) return undefined;
  const asked = labels.get('__address__') ?? '';
  if (asked === '') return { target: address, why: 'it has no address after relabelling' };
  if (!labels.has('instance')) labels.set('instance', asked);
  const url = urlOf(labels, job.params);
  if (url === undefined) return { target: address, why: `"${asked}" is not an address` };
  // Relabelling may give a target a rhythm of its own, as in Prometheus.
  const intervalMs = parseDuration(labels.get('__scrape_interval__') ?? '') ?? 0;
  const timeoutMs = parseDuration(labels.get('__scrape_timeout__') ?? '') ?? 0;
  if (intervalMs < shortestMs || timeoutMs < shortestMs || timeoutMs > intervalMs) {
    const why = 'its __scrape_interval__ or __scrape_timeout__ is none after relabelling';
    return { target: address, why };
  }
  const own = plain(labels);
  const key = JSON.stringify([
    job.job_name,
    url,
    intervalMs,
    timeoutMs,
    Object.entries(own).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  ]);
  const hash = createHash('sha256').update(key).digest().readUInt32LE();
  return {
    key,
    job: job.job_name,
    url,
    labels: own,
    intervalMs,
    timeoutMs,
    offsetMs: hash % intervalMs,
  };
}
