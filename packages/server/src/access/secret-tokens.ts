import { hash } from 'node:crypto';
import { randomToken } from '../base/ids.ts';

/** What every API token starts with, so that secret scanners and people recognise one. */
const apiTokenPrefix = 'custos_';

const apiTokenShape = /^custos_[A-Za-z0-9_-]{43}$/;
const bareTokenShape = /^[A-Za-z0-9_-]{43}$/;

/**
 * SHA-256 of a random token as hex: what State keeps. A slow hash is for guessable secrets; these have
 * 256 random bits (OWASP ASVS 5.0, 7.2.3 asks for 128).
 */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex');
}

/** Makes a token for a session or a set-up link: 256 bits, URL-safe. */
export function makeToken(): string {
  return randomToken(32);
}

/** Makes an API token, and the first characters of it that may be shown later. */
export function makeApiToken(): { token: string; hint: string } {
  const token = `${apiTokenPrefix}${randomToken(32)}`;
  return { token, hint: token.slice(0, apiTokenPrefix.length + 4) };
}

/** True when `text` could be a session or set-up token; anything else is refused without a query. */
export function looksLikeToken(text: string): boolean {
  return bareTokenShape.test(text);
}

/** True when `text` could be an API token; anything else is refused without a query. */
export function looksLikeApiToken(text: string): boolean {
  return apiTokenShape.test(text);
}
