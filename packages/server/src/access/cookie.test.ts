import { expect, test } from 'vitest';
import { endedSessionCookie, sessionCookie, sessionCookieName, sessionCookieOptions } from './cookie.ts';

test('the cookie has the __Host- prefix and every attribute that the prefix asks for', () => {
  expect(sessionCookieName(true)).toBe('__Host-custos');
  expect(sessionCookie('abc', true)).toBe('__Host-custos=abc; Path=/; HttpOnly; SameSite=Strict; Secure');
  expect(sessionCookieOptions(true)).toEqual({
    httpOnly: true,
    secure: true,
    sameSite: 'strict',
    path: '/',
  });
});

test('without Secure it has another name, since a browser would refuse the prefix', () => {
  expect(sessionCookie('abc', false)).toBe('custos=abc; Path=/; HttpOnly; SameSite=Strict');
});

test('signing out empties it at once', () => {
  expect(endedSessionCookie(true)).toBe(
    '__Host-custos=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
  );
});
