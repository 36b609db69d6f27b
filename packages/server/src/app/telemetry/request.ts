import type { StreamEvent } from '@custos/contract';
import type { Identity } from '../../access/types.ts';
import type { HoldService } from '../../audit/keeping/holds.ts';
import type { AuditLog } from '../../audit/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Jobs } from '../../jobs/types.ts';
import type { Outbound } from '../../outbound/types.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { State } from '../../storage/state/state.ts';
import type { DatabaseTargets } from '../../telemetry/collectors/types.ts';
import type { AlertSink } from '../../telemetry/types.ts';
import type { Options } from '../options.ts';

/** What telemetry is made with. */
export interface JoinTelemetryRequest {
  readonly options: Options;
  readonly version: string;
  readonly state: State;
  readonly columns: Columns;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly holds: Pick<HoldService, 'list'>;
  readonly jobs: Pick<Jobs, 'schedule' | 'leases'>;
  /** The door by which targets are scraped. */
  readonly outbound: Outbound;
  /** As people have set it; null while nobody has. */
  readonly publicUrl: () => string | null;
  /** Turns what rules find into alerts. */
  readonly alerts: AlertSink;
  readonly publish: (event: StreamEvent) => void;
  /** The name of this node in its own figures; stays the same from start to start. */
  readonly node: string;
  /** Custos's own figures, as `/metrics` has them. */
  readonly ownMetrics: () => Promise<string>;
  /** Times that Custos was started after the first. */
  readonly restarts: () => number;
  /** The databases that are probed. */
  readonly databases: DatabaseTargets;
  /** What an identity may do by now; undefined when it has ended or may not come from there any more. */
  readonly recheck: (identity: Identity, address: string) => Promise<Identity | undefined>;
}
