/**
 * The session cookie. One installation uses one name: `__Host-custos`, which a browser keeps only when it
 * is Secure, for the whole host and without a domain (RFC 6265bis, 4.1.3.2), or `custos` where the
 * operator allowed sign-in over plain HTTP. Chromium treats loopback as trustworthy, so there the first
 * form also works on http://127.0.0.1 and http://localhost.
 */

/** The name under which the session token travels. `secure` is false only with `allowInsecureCookie`. */
export function sessionCookieName(secure: boolean): string {
  return secure ? '__Host-custos' : 'custos';
}

export interface SessionCookieOptions {
  readonly httpOnly: true;
  readonly secure: boolean;
  /** Never sent along with a request that another site started. */
  readonly sameSite: 'strict';
  readonly path: '/';
}

/** The attributes of the cookie (OWASP ASVS 5.0, 3.3). It has no expiry: the server's row decides. */
export function sessionCookieOptions(secure: boolean): SessionCookieOptions {
  return { httpOnly: true, secure, sameSite: 'strict', path: '/' };
}

/** The `Set-Cookie` value that gives the browser its session; `token` is URL-safe base 64. */
export function sessionCookie(token: string, secure: boolean): string {
  const attributes = 'Path=/; HttpOnly; SameSite=Strict';
  return `${sessionCookieName(secure)}=${token}; ${attributes}${secure ? '; Secure' : ''}`;
}

/** The `Set-Cookie` value that removes the session from the browser. */
export function endedSessionCookie(secure: boolean): string {
  return `${sessionCookie('', secure)}; Max-Age=0`;
}

/** The cookie by which a browser is known; of the same kind, and kept for 90 days after each sign-in. */
function deviceCookieName(secure: boolean): string {
  return `${sessionCookieName(secure)}-device`;
}

const deviceSeconds = 90 * 86_400;

/** The `Set-Cookie` values of a sign-in: the session, and the device when it is new. */
export function cookiesOf(
  { token, deviceToken }: { readonly token: string; readonly deviceToken?: string },
  secure: boolean,
): string[] {
  const session = sessionCookie(token, secure);
  if (deviceToken === undefined) return [session];
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${deviceSeconds}`;
  const device = `${deviceCookieName(secure)}=${deviceToken}; ${attributes}${secure ? '; Secure' : ''}`;
  return [session, device];
}

/** What the browser brings to a sign-in: the session that it still has, and what it is known by. */
export function broughtBy(
  request: {
    readonly identity: { readonly sessionId: string | null } | null;
    readonly cookies: Readonly<Record<string, string | undefined>>;
  },
  secure: boolean,
): { replaces: string | null; deviceToken: string | undefined } {
  return {
    replaces: request.identity?.sessionId ?? null,
    deviceToken: request.cookies[deviceCookieName(secure)]?.slice(0, 200),
  };
}

/** The cookie that joins a departure to an identity provider with the return. */
export function flowCookieName(secure: boolean): string {
  return `${sessionCookieName(secure)}-flow`;
}

const flowSeconds = 600;

/**
 * Its `Set-Cookie` value; an empty token removes it. `Lax`, since the browser comes back from another
 * site; it opens nothing but that return.
 */
export function flowCookie(token: string, secure: boolean): string {
  const age = token === '' ? 0 : flowSeconds;
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}`;
  return `${flowCookieName(secure)}=${token}; ${attributes}${secure ? '; Secure' : ''}`;
}
