import type { auditQuery, z } from '@custos/contract';
import type { Query } from '../transport.ts';
import { instant, type TimeRange } from './instants.ts';

type Asked = z.input<typeof auditQuery>;

/** Filters of the audit log; times are those of receipt, in ms, `to` exclusive. */
export interface AuditFilter extends TimeRange {
  /** Id of who acted, or the name of a user or token of the installation. */
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  /** Id or name of either side. */
  readonly party?: string | undefined;
  /** `noun.verb`, or a noun for all of its actions. */
  readonly action?: string | undefined;
  readonly outcome?: Asked['outcome'];
  readonly type?: string | undefined;
  readonly category?: string | undefined;
  readonly severity?: Asked['severity'];
  readonly source?: string | undefined;
  readonly tenant?: string | undefined;
  readonly log?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
  /** Part of the text of the event; case does not matter. */
  readonly text?: string | undefined;
  /** Each is `path=value` within the details, such as `order.id=17`; all have to be true. */
  readonly detail?: readonly string[] | undefined;
}

/** As it goes over the wire. */
export function filterQuery({ from, to, ...query }: AuditFilter): Query {
  return { ...query, from: instant(from), to: instant(to) };
}
