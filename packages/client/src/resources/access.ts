import {
  apiToken,
  apiTokenMade,
  done,
  identity,
  pageOf,
  role,
  session,
  setupState,
  user,
  type roleName,
  type setupRequest,
  type signInRequest,
  type tokenCreate,
  type userCreate,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

/** First set-up, with the link that the first start prints. */
export function setupCalls(request: Request) {
  return {
    state: (signal?: AbortSignal) => request('GET', '/api/v1/setup', { schema: setupState, signal }),
    /** Makes the first user and signs them in. */
    complete: (body: z.input<typeof setupRequest>) =>
      request('POST', '/api/v1/setup', { schema: identity, body }),
  };
}

/** Signing in and out, and the sessions of the caller. */
export function sessionCalls(request: Request) {
  return {
    /** Who is signed in; rejects with `unauthenticated` when nobody is. */
    current: (signal?: AbortSignal) => request('GET', '/api/v1/session', { schema: identity, signal }),
    signIn: (body: z.input<typeof signInRequest>) =>
      request('POST', '/api/v1/session', { schema: identity, body }),
    signOut: () => request('DELETE', '/api/v1/session', { schema: done }),
    /** Changes the own password; other sessions end. */
    changePassword: (body: { readonly current: string; readonly password: string }) =>
      request('POST', '/api/v1/session/password', { schema: identity, body }),
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/sessions', { schema: pageOf(session), query: { ...page }, signal }),
    end: (id: string) => request('DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`, { schema: done }),
  };
}

/** Changes to a user; what is left out stays. */
export interface UserChange {
  readonly name?: string;
  readonly role?: z.input<typeof roleName>;
  readonly disabled?: boolean;
}

export function userCalls(request: Request) {
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/users', { schema: pageOf(user), query: { ...page }, signal }),
    create: (body: z.input<typeof userCreate>) => request('POST', '/api/v1/users', { schema: user, body }),
    update: (id: string, body: UserChange) =>
      request('PATCH', `/api/v1/users/${encodeURIComponent(id)}`, { schema: user, body }),
    roles: (signal?: AbortSignal) => request('GET', '/api/v1/roles', { schema: pageOf(role), signal }),
  };
}

export function tokenCalls(request: Request) {
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/tokens', { schema: pageOf(apiToken), query: { ...page }, signal }),
    /** The only answer that holds the token itself. */
    create: (body: z.input<typeof tokenCreate>) =>
      request('POST', '/api/v1/tokens', { schema: apiTokenMade, body }),
    revoke: (id: string) => request('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`, { schema: done }),
  };
}
