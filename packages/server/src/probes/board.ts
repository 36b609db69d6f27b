import type { Clock } from '../base/clock.ts';
import type { State } from '../storage/state/state.ts';
import { freshProbeState, freshServiceState, type ProbeEntry, type ServiceEntry } from './model.ts';
import { noUptime } from './rules/uptime.ts';
import { loadDefinitions, loadProbeStates, loadRevision, loadServiceStates, loadUptimes } from './store.ts';
import type { MaintenanceDefinition } from './types.ts';
import { createWindows, type Windows } from './windows.ts';

/**
 * Everything about probes and services in memory: definitions and what they are at present.
 *
 * On the node that has the seat memory leads and State follows in each commit; on others it is a copy.
 */
export interface Board {
  readonly probes: ReadonlyMap<string, ProbeEntry>;
  readonly services: ReadonlyMap<string, ServiceEntry>;
  readonly maintenance: readonly MaintenanceDefinition[];
  readonly windows: Windows;
  /** Reads all of it again. */
  loadAll(): Promise<void>;
  /** Reads definitions again and keeps the present states of what is known already. */
  loadChanged(): Promise<void>;
  /** True when definitions in State are newer than the ones here. */
  isStale(): Promise<boolean>;
}

export function createBoard({ state, clock }: { readonly state: State; readonly clock: Clock }): Board {
  let probes = new Map<string, ProbeEntry>();
  let services = new Map<string, ServiceEntry>();
  let maintenance: readonly MaintenanceDefinition[] = [];
  let revision = -1;
  let turn: Promise<void> = Promise.resolve();
  const windows = createWindows();

  async function load(keep: boolean): Promise<void> {
    const definitions = await loadDefinitions(state.read);
    if (keep && definitions.revision < revision) return;
    // What is new since the last load was made fresh, and only this node's recorder moves it on.
    const stored = keep
      ? {
          states: new Map<string, never>(),
          serviceStates: new Map<string, never>(),
          uptimes: new Map<string, never>(),
        }
      : {
          states: await loadProbeStates(state.read),
          serviceStates: await loadServiceStates(state.read),
          uptimes: await loadUptimes(state.read),
        };
    const now = clock.now();

    const nextProbes = new Map<string, ProbeEntry>();
    for (const definition of definitions.probes) {
      const entry = keep ? probes.get(definition.id) : undefined;
      if (entry === undefined) {
        nextProbes.set(definition.id, {
          definition,
          state: stored.states.get(definition.id) ?? freshProbeState(now),
          uptime: stored.uptimes.get(definition.id) ?? noUptime,
        });
      } else {
        entry.definition = definition;
        nextProbes.set(definition.id, entry);
      }
    }
    const nextServices = new Map<string, ServiceEntry>();
    for (const definition of definitions.services) {
      const entry = keep ? services.get(definition.id) : undefined;
      if (entry === undefined) {
        nextServices.set(definition.id, {
          definition,
          state: stored.serviceStates.get(definition.id) ?? freshServiceState(now),
          uptime: stored.uptimes.get(definition.id) ?? noUptime,
        });
      } else {
        entry.definition = definition;
        nextServices.set(definition.id, entry);
      }
    }
    probes = nextProbes;
    services = nextServices;
    maintenance = definitions.maintenance;
    revision = definitions.revision;
    windows.replace(maintenance);
  }

  /** One load at a time, in the order they were asked for. */
  function inTurn(keep: boolean): Promise<void> {
    const mine = turn.then(() => load(keep));
    turn = mine.catch(() => undefined);
    return mine;
  }

  return {
    get probes() {
      return probes;
    },
    get services() {
      return services;
    },
    get maintenance() {
      return maintenance;
    },
    windows,
    loadAll: () => inTurn(false),
    loadChanged: () => inTurn(true),
    isStale: async () => (await loadRevision(state.read)) !== revision,
  };
}
