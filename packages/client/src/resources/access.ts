import {
  apiToken,
  apiTokenMade,
  done,
  identity,
  pageOf,
  role,
  secondFactorStep,
  session,
  setupState,
  standing,
  user,
  userSession,
  userTeams,
  type invitationRequest,
  type roleName,
  type setupRequest,
  type signInRequest,
  type tokenCreate,
  type userCreate,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';
import { signInSteps } from './sign-in.ts';

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
    /** Resolves with who is signed in, or with the second step where a second factor is to be shown. */
    signIn: (body: z.input<typeof signInRequest>) =>
      request('POST', '/api/v1/session', { schema: secondFactorStep.or(identity), body }),
    signOut: () => request('DELETE', '/api/v1/session', { schema: done }),
    /** Changes the own password; other sessions end. */
    changePassword: (body: { readonly current: string; readonly password: string }) =>
      request('POST', '/api/v1/session/password', { schema: identity, body }),
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/sessions', { schema: pageOf(session), query: { ...page }, signal }),
    end: (id: string) => request('DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`, { schema: done }),
    /** Ends all but the present one. */
    endOthers: () => request('DELETE', '/api/v1/sessions', { schema: done }),
    /** Where the caller stands with the second factor. */
    standing: (signal?: AbortSignal) => request('GET', '/api/v1/me', { schema: standing, signal }),
    ...signInSteps(request),
  };
}

/** Changes to a user; what is left out stays. */
export interface UserChange {
  readonly name?: string;
  readonly role?: z.input<typeof roleName>;
  readonly disabled?: boolean;
}

export function userCalls(request: Request) {
  const of = (id: string, part: string): string => `/api/v1/users/${encodeURIComponent(id)}/${part}`;
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/users', { schema: pageOf(user), query: { ...page }, signal }),
    create: (body: z.input<typeof userCreate>) => request('POST', '/api/v1/users', { schema: user, body }),
    update: (id: string, body: UserChange) =>
      request('PATCH', `/api/v1/users/${encodeURIComponent(id)}`, { schema: user, body }),
    roles: (signal?: AbortSignal) => request('GET', '/api/v1/roles', { schema: pageOf(role), signal }),
    /** Adds a user and sends them a link by which they choose their password. */
    invite: (body: z.input<typeof invitationRequest>) =>
      request('POST', '/api/v1/users/invitations', { schema: user, body }),
    /** Sends a link by which the person chooses another password, or the invitation anew. */
    sendLink: (id: string) => request('POST', of(id, 'reset'), { schema: done }),
    sessions: (id: string, page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', of(id, 'sessions'), { schema: pageOf(userSession), query: { ...page }, signal }),
    endSessions: (id: string) => request('DELETE', of(id, 'sessions'), { schema: done }),
    /** Takes every second factor away from somebody who has lost theirs. */
    resetFactors: (id: string) => request('DELETE', of(id, 'factors'), { schema: done }),
    teams: (id: string, signal?: AbortSignal) =>
      request('GET', of(id, 'teams'), { schema: userTeams, signal }),
    /** In place of those before. */
    setTeams: (id: string, teams: readonly string[]) =>
      request('PUT', of(id, 'teams'), { schema: userTeams, body: { teams } }),
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
