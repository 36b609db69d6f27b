import type { AuditEventDraft } from '../audit/types.ts';
import { newEventId } from '../audit/ids.ts';
import { countOf, givenCount } from './record-count.ts';
import type { DataAccess, GuardOptions, RequestFacts } from './types.ts';

/** One request at a guarded route. */
export interface Visit<Request extends object> {
  readonly request: Request;
  readonly facts: RequestFacts;
  readonly options: GuardOptions<Request>;
  readonly access: DataAccess<Request>;
}

/** The longest query that the type's schema takes. */
const queryLimit = 20_000;

/** The trace id of a W3C `traceparent` header; undefined when it is not one. */
function traceIdOf(header: string | undefined): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(header ?? '')?.[1];
}

const resolved = <Request, Value>(
  value: Value | ((request: Request) => Value) | undefined,
  request: Request,
): Value | undefined =>
  typeof value === 'function' ? (value as (request: Request) => Value)(request) : value;

function envelope<Request extends object>({ request, facts, options }: Visit<Request>) {
  return {
    id: newEventId(Date.now()),
    actor: options.actor(request) ?? { type: 'anonymous', id: 'anonymous' },
    tenant: options.tenant?.(request),
    address: options.address === undefined ? facts.address : options.address(request),
    requestId: facts.requestId?.slice(0, 100),
    traceId: traceIdOf(facts.traceparent),
  };
}

/** Raised when nothing says how many records an answer holds. */
class UncountedBody extends TypeError {
  constructor(resource: string) {
    super(
      `The number of records in the answer about "${resource}" is not known: declare \`count\`, or call setRecordCount.`,
    );
    this.name = 'UncountedBody';
  }
}

/** The event that data was read. Raises `UncountedBody`, or what a function of the declaration raises. */
export function accessEvent<Request extends object>(visit: Visit<Request>, body: unknown): AuditEventDraft {
  const { request, facts, access } = visit;
  const resource = resolved(access.resource, request) ?? '';
  const recordCount = givenCount(request) ?? access.count?.(body, request) ?? countOf(body);
  if (recordCount === undefined || !Number.isInteger(recordCount) || recordCount < 0) {
    throw new UncountedBody(resource);
  }
  const query = access.query === undefined ? `${facts.method} ${facts.url}` : access.query(request);
  return {
    ...envelope(visit),
    type: 'data.access',
    outcome: 'succeeded',
    target: access.target?.(request),
    details: {
      resource,
      recordCount,
      query: query?.slice(0, queryLimit).toWellFormed(),
      purpose: resolved(access.purpose, request),
    },
  };
}

/** The event that access was denied, with the status of the answer. */
export function violationEvent<Request extends object>(
  visit: Visit<Request>,
  status: number,
): AuditEventDraft {
  const { request, access } = visit;
  return {
    ...envelope(visit),
    type: 'access.violation',
    outcome: 'denied',
    target: access.target?.(request),
    details: {
      resource: resolved(access.resource, request) ?? '',
      permission: access.permission,
      reason: status === 401 ? 'not authenticated (401)' : 'not allowed (403)',
    },
  };
}

/** The event that an answer was withheld although its access may stand in the log. */
export function withheldEvent(event: AuditEventDraft): AuditEventDraft {
  return {
    ...event,
    id: newEventId(Date.now()),
    outcome: 'failed',
    details: { ...event.details, recordCount: 0, extra: { withheld: event.id ?? '' } },
  };
}
