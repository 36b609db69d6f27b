import { approvalPending, problem, type ApprovalView } from '@custos/contract';

/** One field of the request that the server refused, and what would be right. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What an error reply says besides its status. */
export interface ApiErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly fields?: readonly FieldError[];
  readonly requestId?: string | null;
  readonly retryAfterSeconds?: number | null;
  readonly cause?: unknown;
}

/**
 * The server answered with an error: an RFC 9457 problem document with one of the codes in
 * `errorCodes`, or `unexpected_reply` when the answer is not one of Custos's (a proxy's page, or a
 * newer server's shape).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];
  /** Finds the request in the server's log. */
  readonly requestId: string | null;
  /** Seconds after which trying again makes sense; null when the server did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, facts: ApiErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'ApiError';
    this.status = status;
    this.code = facts.code;
    this.fields = facts.fields ?? [];
    this.requestId = facts.requestId ?? null;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }

  /** The message for one field, such as `options.url`; undefined when the field was fine. */
  fieldMessage(field: string): string | undefined {
    return this.fields.find((fault) => fault.field === field)?.message;
  }
}

/** No answer came: the network is down, the server is away, or it took too long. */
export class ConnectionError extends Error {
  /** `timeout` when no answer came in time, else `unreachable`. */
  readonly code: 'timeout' | 'unreachable';

  constructor(code: 'timeout' | 'unreachable', cause: unknown) {
    super(code === 'timeout' ? 'The server did not answer in time.' : 'The server cannot be reached.', {
      cause,
    });
    this.name = 'ConnectionError';
    this.code = code;
  }
}

/** The act was not done yet: it waits until a second person has approved it. */
export class ApprovalPendingError extends Error {
  readonly code = 'approval_pending';
  readonly approval: ApprovalView;

  constructor(approval: ApprovalView) {
    super(
      approval.byRepeating
        ? 'This needs a second person; call it again once somebody else has approved it.'
        : 'This needs a second person; it is done once somebody else has approved it.',
    );
    this.name = 'ApprovalPendingError';
    this.approval = approval;
  }
}

/** The error of an answer (202) that says that the act waits; undefined for any other answer. */
export function pendingOf(status: number, answer: unknown): ApprovalPendingError | undefined {
  const pending = status === 202 ? approvalPending.safeParse(answer) : undefined;
  return pending?.success === true ? new ApprovalPendingError(pending.data.approval) : undefined;
}

/** Reads an error reply. */
export async function errorOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = problem.safeParse(body);
  if (!parsed.success) {
    return new ApiError(response.status, {
      code: 'unexpected_reply',
      message: `The server answered ${response.status} without saying why.`,
      requestId: response.headers.get('x-request-id'),
      retryAfterSeconds,
    });
  }
  const { code, detail, errors, requestId } = parsed.data;
  return new ApiError(response.status, {
    code,
    message: detail,
    fields: errors ?? [],
    requestId,
    retryAfterSeconds,
  });
}
