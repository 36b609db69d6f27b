import type { probeTryRequest } from '@custos/contract';
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { messageOf, notFound } from '../base/errors.ts';
import type { Outbound } from '../outbound/types.ts';
import type { State } from '../storage/state/state.ts';
import type { Board } from './board.ts';
import { refuse } from './edit.ts';
import { probeKinds } from './kinds/list.ts';
import type { OwnNetworkWatch } from './own-network-watch.ts';
import { openSecrets, type SecretStore } from './probe-secrets.ts';
import type { ProcessReadings } from './process-readings.ts';
import { isExternal, runCheck, type CheckPlan } from './runner.ts';
import { loadPing } from './store.ts';
import type { CheckOutcome, PingState, ProbeDefinition, SelfCheck } from './types.ts';
import { mergeOptions, parseOptions } from './validate.ts';

export type TryRequest = z.output<typeof probeTryRequest>;

export interface Checker {
  /** Checks a saved probe once and settles doubt about our own network. Never rejects. */
  check(id: string, signal: AbortSignal): Promise<CheckOutcome>;
  /** Checks something that is not saved. Raises `invalid_input` for options that are wrong. */
  tryOut(request: TryRequest): Promise<CheckOutcome>;
  /** Ways to ask other external probes, for {@link OwnNetworkWatch}. */
  witnesses(id: string): readonly (() => Promise<CheckOutcome>)[];
}

export interface CheckerOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly board: Board;
  readonly outbound: Outbound;
  readonly secrets: SecretStore;
  readonly process: ProcessReadings;
  readonly selfChecks: readonly SelfCheck[];
  readonly network: () => OwnNetworkWatch;
}

const neverCalled: PingState = {
  lastStartAt: null,
  lastFinishAt: null,
  lastFailAt: null,
  durationMs: null,
  exitCode: null,
  note: '',
};
const witnessesAsked = 3;

interface Prepared {
  readonly definition: ProbeDefinition;
  readonly plan: CheckPlan;
  readonly external: boolean;
  readonly memory: Map<string, unknown>;
}

export function createChecker(options: CheckerOptions): Checker {
  const { state, clock, board, outbound, secrets, selfChecks, network } = options;
  const prepared = new Map<string, Prepared>();
  const listeningSince = clock.now();

  /** Options are parsed and secrets opened once, until the definition changes. */
  async function prepare(definition: ProbeDefinition): Promise<Prepared> {
    const known = prepared.get(definition.id);
    if (known !== undefined && known.definition.updatedAt === definition.updatedAt) return known;
    const kind = probeKinds[definition.kind];
    const opened =
      definition.secretNames.length === 0 ? {} : await openSecrets(secrets, definition, state.read);
    const parsed = kind.options.parse({ ...definition.options, ...opened });
    const { retries, retryDelayMs, latencyBudgetMs } = definition;
    // A try that could outlast the interval would make a 1 s probe as slow as its timeout.
    const timeoutMs = Math.min(definition.timeoutMs, definition.intervalMs);
    const entry: Prepared = {
      definition,
      plan: { kind, options: parsed, timeoutMs, retries, retryDelayMs, latencyBudgetMs },
      external: isExternal(kind.targetHost(parsed)),
      memory: known?.memory ?? new Map<string, unknown>(),
    };
    prepared.set(definition.id, entry);
    for (const id of prepared.keys()) if (!board.probes.has(id)) prepared.delete(id);
    return entry;
  }

  const around = (purpose: string, memory: Map<string, unknown>) => ({
    outbound,
    clock,
    purpose,
    memory,
    process: options.process,
    selfChecks,
  });

  async function ask({ definition, plan, memory }: Prepared, signal: AbortSignal): Promise<CheckOutcome> {
    const heartbeat = async () => ({
      ping: (await loadPing(state.read, definition.id)) ?? neverCalled,
      since: definition.createdAt,
      listeningSince,
    });
    return runCheck(plan, { ...around(`probe ${definition.id}`, memory), heartbeat }, signal);
  }

  return {
    async check(id, signal) {
      const definition = board.probes.get(id)?.definition;
      if (definition === undefined) throw notFound('probe', id);
      try {
        const entry = await prepare(definition);
        const outcome = await ask(entry, signal);
        if (!entry.external) return { ...outcome, doubt: false };
        if (outcome.doubt === true) return await network().judge(id, outcome);
        if (outcome.status === 'up' || outcome.status === 'degraded') network().reached();
        return outcome;
      } catch (error) {
        // The probe itself could not be read, such as a secret whose key is gone: our fault, and to be seen.
        const message = `The check could not be made: ${messageOf(error)}`;
        return { status: 'inconclusive', latencyMs: null, message, values: {} };
      }
    },
    async tryOut({ kind: kindName, options: given, timeoutMs, latencyBudgetMs, probeId }) {
      const kind = probeKinds[kindName];
      const saved = probeId === undefined ? undefined : board.probes.get(probeId)?.definition;
      const opened = saved?.kind === kindName ? await openSecrets(secrets, saved, state.read) : {};
      const merged = mergeOptions(opened, given);
      refuse(parseOptions(kind, merged, 'options').faults);
      const plan = {
        kind,
        options: kind.options.parse(merged),
        timeoutMs,
        retries: 0,
        retryDelayMs: 0,
        latencyBudgetMs,
      };
      const heartbeat = async () => undefined;
      const surroundings = { ...around('probe that is being tried', new Map<string, unknown>()), heartbeat };
      return runCheck(plan, surroundings, new AbortController().signal);
    },
    witnesses(id) {
      const own = prepared.get(id);
      const others = [...prepared.values()].filter(
        (entry) =>
          entry.external &&
          entry.definition.id !== id &&
          !entry.definition.paused &&
          targetOf(entry) !== targetOf(own),
      );
      const quick = { retries: 0, timeoutMs: 3000 };
      return others
        .slice(0, witnessesAsked)
        .map(
          (entry) => () => ask({ ...entry, plan: { ...entry.plan, ...quick } }, new AbortController().signal),
        );
    },
  };
}

const targetOf = (entry: Prepared | undefined): string | null =>
  entry === undefined ? null : entry.plan.kind.targetHost(entry.plan.options);
