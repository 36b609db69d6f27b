import { ApiError, createClient } from '@custos/client';

/** The one client of the dashboard; only `queries.ts` files and the live stream use it. */
export const custos = createClient({ baseUrl: '' });

/** Whether the server said that nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}
