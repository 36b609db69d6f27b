import { AuditRecordError } from '../audit/errors.ts';
import type { AuditEventDraft } from '../audit/types.ts';
import { accessEvent, violationEvent, withheldEvent, type Visit } from './access-events.ts';

/** The answer in place of data whose reading could not be recorded (RFC 9457). */
export const withheld = {
  status: 503,
  headers: { 'content-type': 'application/problem+json', 'retry-after': '5', 'cache-control': 'no-store' },
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    code: 'audit_unavailable',
    detail: 'Reading this data could not be recorded, so it is not shown. Try again.',
  }),
} as const;

/** Headers that belong to a body that is withheld. */
export const bodyHeaders = [
  'content-length',
  'content-type',
  'content-encoding',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'transfer-encoding',
  'etag',
  'last-modified',
  'expires',
];

const isAccess = (status: number): boolean => status >= 200 && status < 300;

/** Whether an answer of this status has to wait for its record. */
export function mustWait<Request extends object>({ access }: Visit<Request>, status: number): boolean {
  return isAccess(status) && access.mode !== 'after';
}

async function attempt<Request extends object>(
  { options }: Visit<Request>,
  make: () => AuditEventDraft,
  send: (event: AuditEventDraft) => Promise<unknown>,
): Promise<boolean> {
  let event: AuditEventDraft | undefined;
  try {
    event = make();
    await send(event);
    return true;
  } catch (error) {
    try {
      options.onFailure?.(error, event);
    } catch {
      // A listener that fails changes nothing about the answer.
    }
    if (event !== undefined && error instanceof AuditRecordError && error.code === 'unconfirmed') {
      // It is held and will say that data was read; what follows it says that none was shown.
      await options.recorder.enqueue(withheldEvent(event)).catch(() => undefined);
    }
    return false;
  }
}

/** Records the access before the answer leaves; false when the answer must be withheld. */
export function recordBefore<Request extends object>(visit: Visit<Request>, body: unknown): Promise<boolean> {
  const { recorder } = visit.options;
  return attempt(
    visit,
    () => accessEvent(visit, body),
    (event) => recorder.record(event),
  );
}

/** Records what the answer was, once it is out. Never rejects. */
export async function recordAfter<Request extends object>(
  visit: Visit<Request>,
  answer: { readonly status: number; readonly body: unknown },
): Promise<void> {
  const { recorder } = visit.options;
  const { status, body } = answer;
  if (status === 401 || status === 403) {
    await attempt(
      visit,
      () => violationEvent(visit, status),
      (event) => recorder.enqueue(event),
    );
  } else if (isAccess(status) && visit.access.mode === 'after') {
    await attempt(
      visit,
      () => accessEvent(visit, body),
      (event) => recorder.enqueue(event),
    );
  }
}
