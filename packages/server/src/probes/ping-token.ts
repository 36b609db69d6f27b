import { createHash } from 'node:crypto';

/**
 * The form in which a heartbeat's token is looked up. Tokens hold 192 random bits, so a plain hash is
 * enough: there is nothing to guess (OWASP ASVS 5.0, 11.4.1 asks for slow hashes of passwords only).
 */
export const hashPingToken = (token: string): string => createHash('sha256').update(token).digest('hex');
