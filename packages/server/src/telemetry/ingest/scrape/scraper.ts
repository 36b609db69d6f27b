import type { ScrapeTargetView } from '@custos/contract';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import type { Outbound } from '../../../outbound/types.ts';
import type { IngestTally, SampleIntake } from '../../types.ts';
import { everyInterval } from './loop.ts';
import { compileRelabel, type Relabel } from './relabel.ts';
import { createTargetFiles, type TargetFiles } from './target-files.ts';
import { createTargetScrape, type TargetScrape } from './target-scrape.ts';
import { targetOf, type Target, type TargetFault } from './target.ts';
import type { ScrapeJob, Seats } from './types.ts';

export interface ScraperOptions {
  readonly jobs: readonly ScrapeJob[];
  readonly outbound: Pick<Outbound, 'request'>;
  readonly samples: SampleIntake;
  readonly tally: IngestTally;
  readonly clock: Clock;
  readonly log: Logger;
  /** With several nodes: the one that has the seat `scrape` does the scraping. Alone, it is not needed. */
  readonly seats?: Seats;
}

export interface Scraper {
  start(): Promise<void>;
  /** Lets running scrapes end early. Series are not ended: whoever goes on finds them where they were. */
  stop(): Promise<void>;
  /** Every target with how it last was, by job and address; files that cannot be read are among them. */
  targets(): ScrapeTargetView[];
}

interface Running {
  readonly scrape: TargetScrape;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

interface Job {
  readonly job: ScrapeJob;
  readonly relabel: Relabel;
  readonly files: TargetFiles;
  readonly running: Map<string, Running>;
  faults: readonly TargetFault[];
}

/** Targets of one job; a file that lists more is a mistake. */
const mostTargets = 20_000;

const isFault = (found: Target | TargetFault): found is TargetFault => 'why' in found;

/** Asks the targets of all jobs at their intervals, and follows the files that list them. */
export function createScraper(options: ScraperOptions): Scraper {
  const { clock, log, seats } = options;
  const jobs = options.jobs.map((job): Job => ({
    job,
    relabel: compileRelabel(job.relabel_configs),
    files: createTargetFiles(job.file_sd_configs.flatMap(({ files }) => files)),
    running: new Map(),
    faults: [],
  }));
  let stopping = new AbortController();
  let following: Promise<unknown> = Promise.resolve();
  let seat: { stop(): Promise<void> } | undefined;

  async function wanted(one: Job): Promise<Map<string, Target>> {
    const { job, relabel, files } = one;
    const groups = [...job.static_configs, ...(await files.read())];
    const targets = new Map<string, Target>();
    const faults: TargetFault[] = [...files.faults()].map(([target, why]) => ({ target, why }));
    for (const group of groups) {
      for (const address of group.targets) {
        const found = targetOf(address, group, { job, relabel });
        if (found === undefined) continue;
        if (isFault(found)) faults.push(found);
        else if (targets.size < mostTargets) targets.set(found.key, found);
      }
    }
    if (job.target_limit > 0 && targets.size > job.target_limit) {
      const why = `the job has ${targets.size} targets; target_limit is ${job.target_limit}`;
      faults.push(...[...targets.values()].map(({ url }) => ({ target: url, why })));
      targets.clear();
    }
    one.faults = faults;
    return targets;
  }

  function begin(one: Job, target: Target): void {
    const stop = new AbortController();
    const scrape = createTargetScrape(target, one.job, options);
    const parts = { clock, log: log.child({ job: target.job, target: target.url }), signal: stop.signal };
    const done = everyInterval(target, parts, (atMs) => scrape.run(atMs, stop.signal));
    one.running.set(target.key, { scrape, stop, done });
  }

  async function cease(one: Job, key: string, ended: boolean): Promise<void> {
    const running = one.running.get(key);
    if (running === undefined) return;
    one.running.delete(key);
    running.stop.abort();
    await running.done;
    if (!ended) return;
    await running.scrape.end(clock.now()).catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'the series of a target that is gone could not be ended');
    });
  }

  async function adjust(one: Job): Promise<void> {
    const targets = await wanted(one);
    for (const key of one.running.keys()) if (!targets.has(key)) await cease(one, key, true);
    for (const target of targets.values()) if (!one.running.has(target.key)) begin(one, target);
  }

  async function follow(one: Job, signal: AbortSignal): Promise<void> {
    const refreshMs = Math.min(...one.job.file_sd_configs.map(({ refresh_interval: ms }) => ms));
    for (;;) {
      try {
        await adjust(one);
      } catch (error) {
        log.error({ job: one.job.job_name, reason: messageOf(error) }, 'targets could not be listed');
      }
      if (!Number.isFinite(refreshMs)) return;
      await clock.sleep(refreshMs, signal);
      if (signal.aborted) return;
    }
  }

  function gain(): void {
    stopping = new AbortController();
    following = Promise.all(jobs.map((one) => follow(one, stopping.signal)));
  }

  async function lose(): Promise<void> {
    stopping.abort();
    await following;
    await Promise.all(jobs.flatMap((one) => [...one.running.keys()].map((key) => cease(one, key, false))));
  }

  return {
    async start() {
      if (seats === undefined) gain();
      else seat = seats.hold('scrape', { onGained: gain, onLost: lose });
    },
    async stop() {
      if (seat === undefined) await lose();
      else await seat.stop();
    },
    targets: () =>
      jobs.flatMap(({ job, running, faults }) => [
        ...[...running.values()].map(({ scrape }) => scrape.view()),
        ...faults.map(({ target, why }): ScrapeTargetView => ({
          job: job.job_name,
          url: target,
          labels: {},
          health: 'down',
          lastScrapeAt: null,
          lastDurationMs: null,
          lastError: why,
          samples: null,
        })),
      ]),
  };
}
