import { expect, test } from 'vitest';
import { createPasswordHasher, defaultHashCost } from './password-hash.ts';

const cheap = { memoryKib: 64, passes: 1, lanes: 1 };
const hasher = createPasswordHasher({ cost: cheap, parallel: 2, waiting: 100 });

test('a password matches its own hash and nothing else does', async () => {
  const stored = await hasher.hash('tram velvet ocean');
  expect(await hasher.verify('tram velvet ocean', stored)).toEqual({ matches: true, stale: false });
  expect((await hasher.verify('tram velvet ocean ', stored)).matches).toBe(false);
  expect((await hasher.verify('Tram velvet ocean', stored)).matches).toBe(false);
});

test('a password longer than 72 bytes is compared to its last character', async () => {
  const stored = await hasher.hash('x'.repeat(127) + 'a');
  expect((await hasher.verify('x'.repeat(127) + 'b', stored)).matches).toBe(false);
});

test('the default cost is what OWASP names, written as a PHC string with a salt of its own', async () => {
  const strong = createPasswordHasher({ cost: defaultHashCost, parallel: 1, waiting: 1 });
  const first = await strong.hash('tram velvet ocean');
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await strong.hash('tram velvet ocean')).not.toBe(first);
});

test('a hash made elsewhere by the reference program is understood', async () => {
  // From src/test.c of phc-winner-argon2: t=2, m=2^16, p=1, password, somesalt.
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await hasher.verify('password', stored)).toEqual({ matches: true, stale: true });
});

test('without a stored hash the answer is no, whatever the password', async () => {
  expect((await hasher.verify('tram velvet ocean', null)).matches).toBe(false);
});

test('an unknown account takes its turn like a known one', async () => {
  const narrow = createPasswordHasher({ cost: cheap, parallel: 1, waiting: 0 });
  const first = narrow.verify('tram velvet ocean', null);
  await expect(narrow.verify('tram velvet ocean', null)).rejects.toMatchObject({ code: 'overloaded' });
  expect((await first).matches).toBe(false);
});

test('a hash of another cost still matches and is known as stale', async () => {
  const stored = await hasher.hash('tram velvet ocean');
  const raised = createPasswordHasher({ cost: { ...cheap, passes: 2 }, parallel: 2, waiting: 10 });
  expect(await raised.verify('tram velvet ocean', stored)).toEqual({ matches: true, stale: true });
});

test('more than may wait are refused as overloaded, and the rest are all answered', async () => {
  const narrow = createPasswordHasher({ cost: defaultHashCost, parallel: 1, waiting: 3 });
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, () => narrow.hash('tram velvet ocean')),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  expect(results.length - refused.length).toBe(4);
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'overloaded', status: 503 });
  // The places are free again afterwards.
  await expect(narrow.hash('tram velvet ocean')).resolves.toContain('$argon2id$');
});

test('the event loop runs on while passwords are hashed', async () => {
  const strong = createPasswordHasher({ cost: defaultHashCost, parallel: 2, waiting: 10 });
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await Promise.all(Array.from({ length: 6 }, () => strong.hash('tram velvet ocean')));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
