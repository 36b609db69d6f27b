import type { Refusal } from './types.ts';

const titles = { 401: 'Unauthorized', 403: 'Forbidden', 503: 'Service Unavailable' } as const;

interface RefusalFacts {
  readonly status: Refusal['status'];
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusal({ status, code, detail, headers = {} }: RefusalFacts): Refusal {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify({ type: 'about:blank', title: titles[status], status, code, detail }),
  };
}

/** No token was sent (RFC 6750, 3.1: then nothing is said about what is wrong). */
export const noToken: Refusal = refusal({
  status: 401,
  code: 'unauthenticated',
  detail: 'Send a token of Custos as Authorization: Bearer.',
  headers: { 'www-authenticate': 'Bearer realm="custos"' },
});

/** The token is worth nothing; which of its faults it is stays inside. */
export const badToken: Refusal = refusal({
  status: 401,
  code: 'unauthenticated',
  detail: 'The token is not valid, is over, or its session has ended.',
  headers: { 'www-authenticate': 'Bearer realm="custos", error="invalid_token"' },
});

/** Signed in, and may not. */
export function forbidden(permission: string): Refusal {
  return refusal({
    status: 403,
    code: 'forbidden',
    detail: `This needs the permission ${permission}.`,
    headers: { 'www-authenticate': 'Bearer realm="custos", error="insufficient_scope"' },
  });
}

/** Signed in, and may not come from this address. */
export const addressRefused: Refusal = refusal({
  status: 403,
  code: 'forbidden',
  detail: 'This is not allowed from your address.',
});

/** Nobody can say who it is at the moment, so nobody is let in. */
export const cannotCheck: Refusal = refusal({
  status: 503,
  code: 'state_unavailable',
  detail: 'Who you are cannot be checked at the moment. Try again.',
  headers: { 'retry-after': '5' },
});
