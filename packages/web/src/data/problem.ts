import { ApiError, ApprovalPendingError, ConnectionError } from '@custos/client';
import { errorCodes, type ErrorCode } from '@custos/contract';
import { duration } from '../ui/format.ts';
import { PasskeyError } from './passkeys.ts';

/** An error in words that a person can act on. */
export interface Explanation {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string | null;
  /** The act is not refused: it waits for a second person. */
  readonly waits?: true;
}

const titles: Partial<Record<string, string>> = {
  columns_unavailable: 'History is not available right now',
  state_unavailable: 'The state store does not answer',
  unavailable: 'This is not available right now',
  not_found: 'This does not exist, or no longer does',
  forbidden: 'You may not see this',
  query_too_heavy: 'That asks for more than is allowed at once',
  rate_limited: 'Too many requests',
  managed_by_configuration: 'This is kept in the configuration file',
  step_up_required: 'Nothing was done',
  internal_error: 'Something went wrong on the server',
};

function detailOf({ code, message, retryAfterSeconds }: ApiError, known: string): string {
  // The person was asked to confirm and did not.
  if (code === 'step_up_required') return 'It takes a confirmation that it is you.';
  const detail = message === '' ? known : message;
  return retryAfterSeconds === null || retryAfterSeconds < 5
    ? detail
    : `${detail} Wait for ${duration(retryAfterSeconds * 1000)}.`;
}

function waitsFor({ byRepeating, expiresAt }: ApprovalPendingError['approval']): string {
  const left = duration(Math.max(0, expiresAt - Date.now()));
  return byRepeating
    ? `You can take it under Approvals once somebody else has approved it. They have ${left}.`
    : `It is done once somebody else has approved it. They have ${left}; you find it under Approvals.`;
}

export function explain(error: unknown): Explanation {
  if (error instanceof ApiError) {
    const known = Object.hasOwn(errorCodes, error.code) ? errorCodes[error.code as ErrorCode] : '';
    return {
      title: titles[error.code] ?? 'That did not work',
      detail: detailOf(error, known),
      code: error.code,
      requestId: error.requestId,
    };
  }
  if (error instanceof ApprovalPendingError) {
    return {
      title: 'Waiting for a second person',
      detail: waitsFor(error.approval),
      code: error.code,
      requestId: null,
      waits: true,
    };
  }
  if (error instanceof PasskeyError) {
    return { title: 'No passkey was used', detail: error.message, code: 'passkey_not_used', requestId: null };
  }
  if (error instanceof ConnectionError) {
    return {
      title: 'The server cannot be reached',
      detail: error.message,
      code: error.code,
      requestId: null,
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'Something went wrong in the dashboard', detail, code: 'dashboard_error', requestId: null };
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'forbidden';
}

/** Messages by field, such as `options.url`; empty when no field is at fault. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(error.fields.map(({ field, message }) => [field, message]));
}

/** What a form shows above its buttons: nothing when every fault stands beside a field that it has. */
export function formError(error: unknown, shown: readonly string[]): Explanation | null {
  if (error === null || error === undefined) return null;
  if (error instanceof ApiError && error.fields.length > 0) {
    const rest = error.fields.filter(
      ({ field }) => !shown.some((name) => field === name || field.startsWith(`${name}.`)),
    );
    if (rest.length === 0) return null;
    const detail = rest.map(({ field, message }) => `${field} ${message}`).join('; ');
    return { ...explain(error), detail };
  }
  return explain(error);
}
