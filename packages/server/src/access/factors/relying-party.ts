import { isIP } from 'node:net';

/** For which site passkeys are made and used (WebAuthn level 3, 5.1.2). */
export interface RelyingParty {
  /** A host name; browsers make no passkeys for addresses. */
  readonly id: string;
  readonly origin: string;
}

function partyOf(url: string): RelyingParty | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, origin } = new URL(url);
  return isIP(hostname.replaceAll(/[[\]]/g, '')) === 0 ? { id: hostname, origin } : undefined;
}

/**
 * The site of the public address; without one that is a name, `localhost` when that was called. Undefined
 * where passkeys cannot be used. The name that was called counts for nothing else: a stranger chooses it.
 */
export function relyingParty(
  publicUrl: string | null,
  calledHost: string | undefined,
): RelyingParty | undefined {
  const party = publicUrl === null ? undefined : partyOf(publicUrl);
  if (party !== undefined) return party;
  if (calledHost === undefined || !/^localhost(:\d{1,5})?$/.test(calledHost)) return undefined;
  return { id: 'localhost', origin: `http://${calledHost}` };
}
