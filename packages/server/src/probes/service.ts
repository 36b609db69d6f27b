import type {
  KindDescription,
  MaintenanceInput,
  MaintenanceView,
  ProbeInput,
  ProbePatch,
  ProbeResultView,
  ProbeView,
  ServiceInput,
  ServicePatch,
  ServiceView,
} from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { Outbound } from '../outbound/types.ts';
import type { State } from '../storage/state/state.ts';
import { createBoard } from './board.ts';
import { ensureBuiltIn, hasBuiltIn } from './built-in.ts';
import { createChecker, type TryRequest } from './checker.ts';
import { applyConfiguration } from './configuration.ts';
import { createDatabaseReading, type ProbedDatabase } from './database-reading.ts';
import { createEditor } from './edit.ts';
import type { HistoryPort } from './history.ts';
import { describeKind } from './kinds/kind.ts';
import { probeKinds } from './kinds/list.ts';
import { createMaintenance, removeMaintenance, replaceMaintenance } from './maintenance-edits.ts';
import { ownChecks } from './own-checks.ts';
import { createOwnNetworkWatch, hostNetworkWorks } from './own-network-watch.ts';
import { recordPing } from './pings.ts';
import { createProbe, patchProbe, removeProbe } from './probe-edits.ts';
import type { SecretStore } from './probe-secrets.ts';
import { createProcessReadings } from './process-readings.ts';
import { createReading, type Reading } from './reading.ts';
import { createRecorder } from './recorder.ts';
import { toResultRow } from './rules/apply-result.ts';
import type { PingCall } from './rules/next-ping.ts';
import type { SchedulerFigures } from './scheduler.ts';
import { onlySeat } from './seat.ts';
import { createService, patchService, removeService } from './service-edits.ts';
import { countStart } from './store.ts';
import type { ProbeConfiguration, ProbeObserver, Publish, ResultSink, Seats, SelfCheck } from './types.ts';
import { createWatching, resultView } from './watching.ts';

export interface ProbesOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbound: Outbound;
  readonly secrets: SecretStore;
  readonly observer: ProbeObserver;
  readonly sink: ResultSink;
  readonly publish: Publish;
  readonly history: HistoryPort;
  /** `jobs.leases`. Only asked on PostgreSQL: a SQLite store has one process, which need not wait for itself. */
  readonly seats?: Seats;
  /** Checks of other parts of Custos, shown by the built-in probe. */
  readonly selfChecks?: readonly SelfCheck[];
  /** Where this installation is reached from outside, without a slash at the end. */
  readonly publicUrl?: () => string | null;
  /** Checks that may run at once (default 500). */
  readonly concurrency?: number;
  /** Replaces the look at the host's resolver and routes. */
  readonly hostNetworkWorks?: () => Promise<boolean | null>;
}

interface ProbesHealth extends SchedulerFigures {
  /** True while this node checks and records. */
  readonly holds: boolean;
  /** Results that wait to be written, and why the last write failed. */
  readonly resultsWaiting: number;
  readonly lastError: string | null;
  /** Since when our own network is at fault, ms. */
  readonly networkFaultSince: number | null;
  /** Times that Custos was started after the first. */
  readonly restarts: number;
}

export interface Probes extends Reading {
  start(): Promise<void>;
  /** Ends checks, writes what waits. Safe twice. */
  stop(): Promise<void>;
  health(): ProbesHealth;
  kinds(): readonly KindDescription[];
  create(input: ProbeInput): Promise<ProbeView>;
  update(id: string, patch: ProbePatch): Promise<ProbeView>;
  remove(id: string): Promise<void>;
  tryOut(request: TryRequest): Promise<ProbeResultView>;
  checkNow(id: string): Promise<ProbeResultView>;
  createService(input: ServiceInput): Promise<ServiceView>;
  updateService(id: string, patch: ServicePatch): Promise<ServiceView>;
  removeService(id: string): Promise<void>;
  createMaintenance(input: MaintenanceInput): Promise<MaintenanceView>;
  replaceMaintenance(id: string, input: MaintenanceInput): Promise<MaintenanceView>;
  removeMaintenance(id: string): Promise<void>;
  applyConfiguration(written: ProbeConfiguration): Promise<void>;
  /** A call of a watched job. Raises `not_found` for a token that is none. */
  ping(token: string, call: PingCall): Promise<void>;
  readonly history: HistoryPort;
  /** The databases that are probed, for reading their statistics. */
  databases(): Promise<readonly ProbedDatabase[]>;
  /** The present time of this domain, ms. */
  now(): number;
}

const topic = 'probes';

/** Creates the domain of probes and services. Nothing runs before `start`. */
export function createProbes(options: ProbesOptions): Probes {
  const { state, clock, log, secrets, observer, publish, history, sink } = options;
  const node = newId('nod', clock.now());
  let starts = 0;
  const processReadings = createProcessReadings(clock, () => starts);
  const board = createBoard({ state, clock });
  const recorder = createRecorder({ state, clock, log, board, observer, sink, publish });
  const network = createOwnNetworkWatch({
    clock,
    log,
    witnesses: (id) => checker.witnesses(id),
    selfCheck: options.hostNetworkWorks ?? hostNetworkWorks,
  });
  const checker = createChecker({
    state,
    clock,
    board,
    outbound: options.outbound,
    secrets,
    process: processReadings,
    selfChecks: [
      ...ownChecks({
        state,
        clock,
        scheduler: () => watching.figures(),
        recorder: recorder.figures,
        network,
      }),
      ...(options.selfChecks ?? []),
    ],
    network: () => network,
  });
  const shared = state.dialect === 'postgres' && options.seats !== undefined;
  const watching = createWatching({
    state,
    clock,
    log,
    board,
    checker,
    recorder,
    shared,
    seats: shared ? (options.seats ?? onlySeat) : onlySeat,
    concurrency: options.concurrency ?? 500,
  });
  const reading = createReading({
    state,
    clock,
    board,
    secrets,
    history,
    leads: watching.holds,
    publicUrl: options.publicUrl ?? (() => null),
  });

  const databases = createDatabaseReading({
    state,
    board,
    secrets,
    outbound: options.outbound,
    holds: watching.holds,
  });

  /** Hints to other nodes; what they miss they find within seconds. */
  const broadcast = (message: object): void => {
    state.broadcast
      .publish(topic, JSON.stringify({ node, ...message }))
      .catch(() => log.debug({}, 'other nodes were not told of a change'));
  };
  const edit = createEditor({
    state,
    clock,
    secrets,
    observer,
    async changed() {
      await watching.follow();
      broadcast({ changed: true });
    },
  });
  const changed = (resource: string, id: string | null): void =>
    publish({ type: 'changed', data: { resource, id } });

  function hear(payload: string): void {
    const message = JSON.parse(payload) as { node: string; changed?: boolean; check?: string };
    if (message.changed === true && message.node !== node) {
      watching.follow().catch(() => log.warn({}, 'a change of another node was not taken up yet'));
    }
    if (message.check !== undefined && watching.holds()) {
      watching.checkNow(message.check).catch(() => log.debug({}, 'a probe was deleted before its check'));
    }
  }
  let unsubscribe: (() => void) | undefined;

  return {
    ...reading,
    history,
    databases,
    now: clock.now,
    async start() {
      if (unsubscribe !== undefined) return;
      starts = await countStart(state);
      await board.loadAll();
      const known = [...board.probes.values()].map(({ definition }) => definition);
      if (!hasBuiltIn(known)) await edit(ensureBuiltIn);
      unsubscribe = state.broadcast.subscribe(topic, hear);
      watching.start();
    },
    async stop() {
      unsubscribe?.();
      unsubscribe = undefined;
      await watching.stop();
      processReadings.stop();
    },
    health() {
      const { waiting, lastError } = recorder.figures();
      return {
        ...watching.figures(),
        holds: watching.holds(),
        resultsWaiting: waiting,
        lastError,
        networkFaultSince: network.faultSince(),
        restarts: starts,
      };
    },
    kinds: () => Object.values(probeKinds).map(describeKind),

    async create(input) {
      const id = await edit((scope) => createProbe(scope, input));
      changed('probes', id);
      return reading.probe(id);
    },
    async update(id, patch) {
      await edit((scope) => patchProbe(scope, id, patch));
      changed('probes', id);
      return reading.probe(id);
    },
    async remove(id) {
      await edit((scope) => removeProbe(scope, id));
      changed('probes', id);
    },
    async tryOut(request) {
      return resultView(toResultRow('', clock.now(), await checker.tryOut(request)));
    },
    async checkNow(id) {
      await reading.mustExist(id);
      if (!watching.holds()) broadcast({ check: id });
      return watching.checkNow(id);
    },
    async createService(input) {
      const id = await edit((scope) => createService(scope, input));
      changed('services', id);
      return reading.service(id);
    },
    async updateService(id, patch) {
      await edit((scope) => patchService(scope, id, patch));
      changed('services', id);
      return reading.service(id);
    },
    async removeService(id) {
      await edit((scope) => removeService(scope, id));
      changed('services', id);
    },
    async createMaintenance(input) {
      const id = await edit((scope) => createMaintenance(scope, input));
      changed('maintenance', id);
      return reading.maintenanceWindow(id);
    },
    async replaceMaintenance(id, input) {
      await edit((scope) => replaceMaintenance(scope, id, input));
      changed('maintenance', id);
      return reading.maintenanceWindow(id);
    },
    async removeMaintenance(id) {
      await edit((scope) => removeMaintenance(scope, id));
      changed('maintenance', id);
    },
    async applyConfiguration(written) {
      await edit((scope) => applyConfiguration(scope, written));
      changed('probes', null);
    },
    async ping(token, call) {
      const probeId = await recordPing({ state, clock }, token, call);
      broadcast({ check: probeId });
    },
  };
}
