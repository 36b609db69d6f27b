import { Resolver } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { isOwnNetwork, type Evidence } from './rules/own-network.ts';
import type { CheckOutcome } from './types.ts';

export interface OwnNetworkWatch {
  /**
   * Judges an outcome that raised doubt: as it is, or inconclusive when the fault is our own network's.
   * Doubts that are raised while witnesses are asked share their answer.
   */
  judge(probeId: string, outcome: CheckOutcome): Promise<CheckOutcome>;
  /** Told when an external target was reached, which ends a fault of ours. */
  reached(): void;
  /** Since when our network has been at fault, ms; null while it works. */
  faultSince(): number | null;
}

export interface OwnNetworkOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Other external probes, as many as may be asked; `id` is the doubtful one. */
  readonly witnesses: (id: string) => readonly (() => Promise<CheckOutcome>)[];
  /** Whether the host's resolver and routes work; null when that cannot be told. */
  readonly selfCheck: () => Promise<boolean | null>;
}

/** How long witnesses may take, ms; one that answers later has said nothing. */
const patienceMs = 3000;

export function createOwnNetworkWatch(options: OwnNetworkOptions): OwnNetworkWatch {
  const { clock, log, witnesses, selfCheck } = options;
  let inquiry: Promise<boolean> | undefined;
  let faultSince: number | null = null;

  const nothing = async (): Promise<'nothing'> => {
    await clock.sleep(patienceMs);
    return 'nothing';
  };

  async function inquire(id: string): Promise<boolean> {
    const heard = await Promise.all(
      witnesses(id).map((ask) => Promise.race([ask().then(evidenceOf, () => 'nothing' as const), nothing()])),
    );
    const settled = heard.includes('reached') || heard.includes('doubt');
    const works = settled ? null : await Promise.race([selfCheck(), nothing().then(() => null)]);
    return isOwnNetwork({ witnesses: heard, selfCheck: works });
  }

  return {
    async judge(probeId, outcome) {
      inquiry ??= inquire(probeId).finally(() => {
        inquiry = undefined;
      });
      if (!(await inquiry)) return outcome;
      if (faultSince === null) log.warn({ probeId }, 'our own network is at fault; results are inconclusive');
      faultSince ??= clock.now();
      return {
        ...outcome,
        status: 'inconclusive',
        message: `Our own network seems to be at fault: ${outcome.message}`,
      };
    },
    reached() {
      if (faultSince !== null) log.info({ forMs: clock.now() - faultSince }, 'our own network works again');
      faultSince = null;
    },
    faultSince: () => faultSince,
  };
}

/** What the outcome of a check says about our own network. A clear failure is an answer, too. */
export function evidenceOf(outcome: CheckOutcome): Evidence {
  if (outcome.doubt === true) return 'doubt';
  if (outcome.status === 'up' || outcome.status === 'degraded') return 'reached';
  return outcome.latencyMs !== null && Object.keys(outcome.values).length > 0 ? 'reached' : 'nothing';
}

const resolverPatienceMs = 2000;
/** Answers that only a working name server gives, though they are no addresses. */
const answers = new Set(['ENOTFOUND', 'ENODATA', 'EREFUSED', 'EFORMERR', 'ENOTIMP', 'ESERVFAIL']);

/**
 * Looks at the host: false without any interface beside loopback or when no name server answers a question
 * for the root; true when one does, whatever it says.
 */
export async function hostNetworkWorks(): Promise<boolean> {
  const outside = Object.values(networkInterfaces()).some((addresses) =>
    (addresses ?? []).some((address) => !address.internal),
  );
  if (!outside) return false;
  const resolver = new Resolver({ timeout: resolverPatienceMs, tries: 1 });
  try {
    await resolver.resolve('.', 'NS');
    return true;
  } catch (error) {
    const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
    return typeof code === 'string' && answers.has(code);
  }
}
