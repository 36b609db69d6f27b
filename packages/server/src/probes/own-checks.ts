import type { Clock } from '../base/clock.ts';
import type { State } from '../storage/state/state.ts';
import type { OwnNetworkWatch } from './own-network-watch.ts';
import type { Recorder } from './recorder.ts';
import type { SchedulerFigures } from './scheduler.ts';
import type { SelfCheck } from './types.ts';

export interface OwnParts {
  readonly state: State;
  readonly clock: Clock;
  readonly scheduler: () => SchedulerFigures;
  readonly recorder: () => ReturnType<Recorder['figures']>;
  readonly network: OwnNetworkWatch;
}

const slowStateMs = 1000;
const lateMs = 5000;
const backlog = 5000;

/** The self-checks of this domain: its store, its scheduler, its recorder and the network around it. */
export function ownChecks({ state, clock, scheduler, recorder, network }: OwnParts): readonly SelfCheck[] {
  return [
    {
      name: 'state',
      title: 'Database',
      async check() {
        const startedAt = clock.monotonic();
        await state.ping();
        const ms = clock.monotonic() - startedAt;
        return {
          status: ms > slowStateMs ? 'degraded' : 'up',
          latencyMs: ms,
          message: `The state store took ${Math.round(ms)} ms to answer.`,
          values: { state_round_trip_ms: ms },
        };
      },
    },
    {
      name: 'scheduler',
      title: 'Checks',
      async check() {
        const { lagP99Ms, running, waiting } = scheduler();
        const results = recorder();
        const late = lagP99Ms > lateMs;
        const stuck = results.waiting > backlog;
        return {
          status: late || stuck ? 'degraded' : 'up',
          latencyMs: null,
          message: stuck
            ? `${results.waiting} results wait to be written.`
            : `Checks start up to ${Math.round(lagP99Ms)} ms late.`,
          values: {
            scheduler_lag_ms: lagP99Ms,
            checks_running: running,
            checks_waiting: waiting,
            results_waiting: results.waiting,
          },
        };
      },
    },
    {
      name: 'network',
      title: 'Network',
      async check() {
        const since = network.faultSince();
        return {
          status: since === null ? 'up' : 'degraded',
          latencyMs: null,
          message:
            since === null
              ? ''
              : 'Names or routes fail on this host; results of outside targets are inconclusive.',
          values: { own_network_fault: since === null ? 0 : 1 },
        };
      },
    },
  ];
}
