import { ApiError, createClient } from '@custos/client';
import { withAttendance } from './attendance.ts';
import { fetchWithStepUp } from './step-up.ts';

/** The one client of the dashboard; only `queries.ts` files and the live stream use it. */
export const custos = createClient({
  baseUrl: '',
  fetch: (input, init) => fetchWithStepUp(input, withAttendance(init)),
});

/** Whether the server said that nobody is signed in; a wrong code or password is something else. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unauthenticated';
}
