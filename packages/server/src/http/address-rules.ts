import type { FastifyRequest } from 'fastify';
import type { Identity } from '../access/types.ts';
import { httpError } from './problem.ts';

/** Knows from where calls are taken. */
export interface AddressRules {
  /** True when calls from `address` are taken; before it is known who calls, `identity` is null. */
  allows(address: string, identity: Identity | null): Promise<boolean>;
}

/** Orchestrators and scrapers ask these from inside the network; they show nothing about anybody. */
const exempt = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Refuses a call from an address that no rule lets in. Asked for every request, also within a session
 * (OWASP ASVS 5.0, 8.2.4): first for the installation, then for the caller's role and API token. `request.ip`
 * is the address of the connection, or what a listed proxy says. Doors for machines of others
 * (`config.anyOrigin` without a permission, such as heartbeats) are open to all addresses.
 */
export async function requireAddress(
  request: FastifyRequest,
  rules: AddressRules | undefined,
  identity: Identity | null,
): Promise<void> {
  if (rules === undefined) return;
  const { config, url } = request.routeOptions;
  if (exempt.has(url ?? '') || (config.anyOrigin === true && config.access === 'public')) return;
  if (!(await rules.allows(request.ip, identity))) throw httpError(403, 'address_refused');
}
