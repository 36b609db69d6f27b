import { isUtf8 } from 'node:buffer';
import type { ScrapeTargetView } from '@custos/contract';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Outbound } from '../../../outbound/types.ts';
import type { IngestTally, Refusal, SampleIntake, Source } from '../../types.ts';
import { mediaType, plainBody } from '../body.ts';
import { SampleColumns } from '../sample-columns.ts';
import { credentialsOf } from './credentials.ts';
import { compileRelabel } from './relabel.ts';
import { createSession, type TakenBody } from './session.ts';
import type { Target } from './target.ts';
import type { ScrapeJob } from './types.ts';

export interface ScrapeParts {
  readonly outbound: Pick<Outbound, 'request'>;
  readonly samples: SampleIntake;
  readonly tally: IngestTally;
  readonly clock: Clock;
}

export interface TargetScrape {
  /** Asks the target once; everything that it gives, and the report, is of the time `atMs`. */
  run(atMs: number, signal: AbortSignal): Promise<void>;
  /** Ends all series of the target, the report's too: it is not asked any more. */
  end(atMs: number): Promise<void>;
  view(): ScrapeTargetView;
}

/** OpenMetrics before the older text formats, and names in any letters rather than escaped ones. */
const accept = [
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6',
  'application/openmetrics-text;version=0.0.1;q=0.5',
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4',
  'text/plain;version=0.0.4;q=0.3',
  '*/*;q=0.1',
].join(',');
/** As Prometheus follows them. */
const redirects = 10;
/** Bytes of an answer when the job has no limit of its own. */
const defaultBodyLimit = 64 * 1024 * 1024;
const reportNames = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;

function headersOf(job: ScrapeJob, target: Target): Record<string, string> {
  return {
    accept,
    'accept-encoding': job.enable_compression ? 'gzip' : 'identity',
    'user-agent': 'Custos',
    'x-prometheus-scrape-timeout-seconds': String(target.timeoutMs / 1000),
  };
}

interface Body {
  readonly text: string;
  readonly open: boolean;
  readonly bytes: number;
}

/** Asks one target, again and again, and keeps what it knows of it in between. */
export function createTargetScrape(target: Target, job: ScrapeJob, parts: ScrapeParts): TargetScrape {
  const { outbound, samples, tally, clock } = parts;
  const source: Source = { door: 'scrape', signal: 'metrics', name: `${target.job} ${target.url}` };
  const headers = headersOf(job, target);
  const bodyLimit = job.body_size_limit > 0 ? job.body_size_limit : defaultBodyLimit;
  const session = createSession({
    labels: target.labels,
    samples,
    source,
    honorLabels: job.honor_labels,
    honorTimestamps: job.honor_timestamps,
    relabel: compileRelabel(job.metric_relabel_configs),
    sampleLimit: job.sample_limit,
    labelLimits: {
      count: job.label_limit,
      nameBytes: job.label_name_length_limit,
      valueBytes: job.label_value_length_limit,
    },
  });
  let view: ScrapeTargetView = {
    job: target.job,
    url: target.url,
    labels: { ...target.labels },
    health: 'unknown',
    lastScrapeAt: null,
    lastDurationMs: null,
    lastError: null,
    samples: null,
  };

  async function fetchBody(signal: AbortSignal): Promise<Body> {
    const { authorization, tls } = await credentialsOf(job);
    const answer = await outbound.request({
      url: target.url,
      headers: authorization === undefined ? headers : { ...headers, authorization },
      timeoutMs: target.timeoutMs,
      connectTimeoutMs: target.timeoutMs,
      maxResponseBytes: bodyLimit,
      onTooLarge: 'error',
      followRedirects: job.follow_redirects ? redirects : 0,
      ...(tls === undefined ? {} : { tls }),
      signal,
      purpose: `scrape of ${target.job}`,
    });
    if (answer.status !== 200) throw new Error(`It answered with status ${answer.status}.`);
    const body = await plainBody(answer.body, {
      encoding: answer.headers['content-encoding'],
      taken: ['identity', 'gzip'],
      limitBytes: bodyLimit,
    });
    if (!isUtf8(body)) throw new Error('The body is not valid UTF-8.');
    const open = mediaType(answer.headers['content-type']) === 'application/openmetrics-text';
    return { text: body.toString('utf8'), open, bytes: body.length };
  }

  /** Writes the samples that say how the scrape went, or that there are no more scrapes. */
  function report(columns: SampleColumns, atMs: number, values: readonly number[] | 'stale'): void {
    for (const [at, name] of reportNames.entries()) {
      const series = samples.series({ ...target.labels, __name__: name }, source);
      if (!('ref' in series)) continue;
      if (values === 'stale') columns.addStale(series, atMs);
      else columns.add(series, atMs, values[at]!);
    }
  }

  return {
    async run(atMs, signal) {
      const began = clock.monotonic();
      const columns = new SampleColumns();
      let taken: TakenBody = { scraped: 0, afterRelabelling: 0, added: 0, refusals: [] };
      let bytes = 0;
      let fault: string | null = null;
      try {
        const body = await fetchBody(signal);
        bytes = body.bytes;
        taken = session.take(body.text, { open: body.open, atMs, columns });
      } catch (error) {
        // Nobody waits for it any more: what was is ended by whoever gave up.
        if (signal.aborted) return;
        fault = messageOf(error);
        session.end(columns, atMs);
      }
      const tookMs = clock.monotonic() - began;
      report(columns, atMs, [
        fault === null ? 1 : 0,
        tookMs / 1000,
        taken.scraped,
        taken.afterRelabelling,
        taken.added,
      ]);
      try {
        const acceptance = await samples.append(columns.batch(), source);
        tally.accepted(source, acceptance.accepted, bytes);
        tally.refused(source, [...taken.refusals, ...acceptance.refusals]);
      } catch (error) {
        fault ??= messageOf(error);
        const lost: Refusal = { reason: 'spool_full', message: messageOf(error), count: columns.length };
        tally.refused(source, [lost]);
      }
      if (fault !== null && taken.scraped === 0) {
        tally.refused(source, [{ reason: 'unreadable', message: fault, count: 1 }]);
      }
      view = {
        ...view,
        health: fault === null ? 'up' : 'down',
        lastScrapeAt: atMs,
        lastDurationMs: tookMs,
        lastError: fault,
        samples: taken.scraped,
      };
    },
    async end(atMs) {
      const columns = new SampleColumns();
      session.end(columns, atMs);
      report(columns, atMs, 'stale');
      await samples.append(columns.batch(), source);
    },
    view: () => view,
  };
}
