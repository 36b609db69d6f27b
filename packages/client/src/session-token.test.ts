import { expect, test } from 'vitest';
import { createSessionToken } from './session-token.ts';

const base64 = (value: unknown): string => btoa(JSON.stringify(value)).replaceAll('=', '');
const jwt = (number: number, seconds = 300): string =>
  [base64({ alg: 'EdDSA' }), base64({ iat: 1_000, exp: 1_000 + seconds, jti: number }), 'signature'].join(
    '.',
  );

/** A door that counts, answers when told, and has a clock far from this computer's. */
function door({ audience, seconds }: { audience?: string; seconds?: number } = {}) {
  let time = 50_000_000;
  const calls: { url: string; body: unknown }[] = [];
  let fails: Response | Error | undefined;
  const fetchToken: typeof fetch = async (url, init) => {
    const number = calls.push({ url: url as string, body: JSON.parse(init?.body as string) as unknown });
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (fails instanceof Error) throw fails;
    if (fails !== undefined) return fails.clone();
    const answer = { token: jwt(number, seconds), expiresAt: new Date(1_300_000).toISOString() };
    return Response.json(answer);
  };
  const token = createSessionToken({
    baseUrl: 'https://custos.example.com/',
    audience,
    now: () => time,
    fetch: fetchToken,
  });
  return {
    token,
    calls,
    pass: (seconds: number) => (time += seconds * 1000),
    fail: (how: Response | Error | undefined) => (fails = how),
  };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 30));

test('calls at the same time share one request, and later ones its token', async () => {
  const { token, calls, pass } = door();
  const tokens = await Promise.all(Array.from({ length: 50 }, () => token.get()));
  expect(new Set(tokens)).toEqual(new Set([jwt(1)]));
  pass(200);
  expect(await token.get()).toBe(jwt(1));
  expect(calls).toEqual([{ url: 'https://custos.example.com/api/v1/session/jwt', body: {} }]);
});

test('a token is asked for the audience that it is for', async () => {
  const { token, calls } = door({ audience: 'shop' });
  await token.get();
  expect(calls[0]?.body).toEqual({ audience: 'shop' });
});

test('before it ends a token is replaced in the background, once, whatever the clocks say', async () => {
  const { token, calls, pass } = door();
  await token.get();
  pass(250);
  expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual([jwt(1), jwt(1), jwt(1)]);
  await settled();
  expect(await token.get()).toBe(jwt(2));
  expect(calls).toHaveLength(2);
});

test('a token that is about to end is not given out', async () => {
  const { token, pass } = door();
  await token.get();
  pass(291);
  expect(await token.get()).toBe(jwt(2));
});

test('a failure in the background is no harm while the token lives, and is told when it has ended', async () => {
  const { token, pass, fail } = door();
  await token.get();
  pass(250);
  fail(new TypeError('fetch failed'));
  expect(await token.get()).toBe(jwt(1));
  await settled();
  pass(60);
  await expect(token.get()).rejects.toMatchObject({ code: 'unreachable' });
  fail(
    Response.json(
      { type: 'a', title: 'b', status: 401, code: 'unauthenticated', detail: 'd', requestId: 'r' },
      { status: 401 },
    ),
  );
  await expect(token.get()).rejects.toMatchObject({ code: 'unauthenticated', status: 401 });
  fail(undefined);
  expect(await token.get()).toBe(jwt(5));
});

test('a token that was under way when it was forgotten is not kept', async () => {
  const { token, calls } = door();
  const before = token.get();
  token.forget();
  const after = token.get();
  expect(await before).toBe(jwt(1));
  expect(await after).toBe(jwt(2));
  expect(await token.get()).toBe(jwt(2));
  expect(calls).toHaveLength(2);
});

test('a token of few seconds is fetched each time and never given out twice', async () => {
  const { token, calls } = door({ seconds: 5 });
  await token.get();
  await token.get();
  expect(calls).toHaveLength(2);
});
