import { CustosError } from '../../base/errors.ts';

/** A search would have to read more of the logs than one search may (503). */
export function indexBehind(limit: number, away: boolean): CustosError {
  const why = away
    ? 'The query index of the audit log is not available'
    : 'The query index of the audit log is being brought up to date';
  return new CustosError(
    'audit_index_behind',
    `${why}, and a search without it reads at most ${limit} entries. Ask for newer events or a later start, or try again later.`,
    { status: 503, retryAfterSeconds: 10 },
  );
}
