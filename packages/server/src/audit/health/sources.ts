import type { Clock } from '../../base/clock.ts';
import type { State } from '../../storage/state/state.ts';
import type { AuditIndex } from '../index/service.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { diskSpace } from './disk-space.ts';
import { createSecurityCounts } from './security-counts.ts';
import { countPending } from './store.ts';
import type { HealthSources } from './types.ts';

export interface HealthSourcesRequest extends Pick<
  HealthSources,
  'hasIndex' | 'verification' | 'witnesses' | 'anchors'
> {
  readonly state: State;
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'health' | 'figures'>;
  readonly index: Pick<AuditIndex, 'status' | 'securityGroups' | 'search'>;
  /** Where the ledger's files are. */
  readonly directory: string;
  /** Events that are in memory only, acknowledged as `buffered`. */
  readonly buffered?: () => number;
}

/** The figures of health, from the parts of the audit log. */
export function createHealthSources(request: HealthSourcesRequest): HealthSources {
  const { state, clock, ledger, index, directory, buffered = () => 0 } = request;
  const { hasIndex, verification, witnesses, anchors } = request;
  return {
    ledger: () => ledger.health(),
    figures: () => ledger.figures(),
    index: () => index.status(),
    hasIndex,
    isShared: state.dialect === 'postgres',
    waiting: async () => buffered() + (await countPending(state)),
    security: createSecurityCounts({ index, clock }),
    verification,
    witnesses,
    anchors,
    disk: () => diskSpace(directory),
  };
}
