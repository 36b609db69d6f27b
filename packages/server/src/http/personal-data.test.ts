import { personal } from '@custos/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTestServer } from '../../test/http-server.ts';
import { conflict, invalidInput } from '../base/errors.ts';

const user = z.object({
  id: z.string(),
  email: personal('email', { alsoFor: 'user.manage', owner: 'id' })(z.string()),
  name: personal('name', { owner: 'id' })(z.string().nullable()),
  at: z.codec(z.iso.datetime(), z.number(), {
    decode: (text) => Date.parse(text),
    encode: (ms) => new Date(ms).toISOString(),
  }),
});
const ada = { id: 'ada', email: 'ada@example.com', name: 'Ada Lovelace', at: 0, secret: 'not of the schema' };
const shown = { id: 'ada', email: 'ada@example.com', name: 'Ada Lovelace', at: '1970-01-01T00:00:00.000Z' };

async function withUsers() {
  const server = await createTestServer();
  const { app } = server;
  const list = z.object({ items: z.array(user) });
  app.get('/t/users', { config: { access: 'public' }, schema: { response: { 200: list } } }, async () => ({
    items: [ada],
  }));
  app.get('/t/plain', { config: { access: 'public' } }, async () => ({ email: 'open@example.com' }));
  app.get(
    '/t/wrong',
    { config: { access: 'public' }, schema: { response: { 200: list } } },
    async () => ({ items: [{ ...ada, email: undefined }] }) as never,
  );
  app.get('/t/conflict', { config: { access: 'public' } }, async () => {
    throw conflict('ada@example.com has signed in from 203.0.113.7 already.', [
      { field: 'email', message: 'belongs to Ada <ada@example.com>' },
    ]);
  });
  app.get('/t/invalid', { config: { access: 'public' } }, async () => {
    throw invalidInput([{ field: 'email', message: 'must be an address such as ada@example.com' }]);
  });
  const get = async (url: string, who?: string): Promise<Record<string, unknown>> =>
    (await app.inject({ url, headers: who === undefined ? {} : { authorization: `Bearer ${who}` } })).json();
  return { server, get };
}

test('a list is masked for nobody and for those without the permission', async () => {
  const { get } = await withUsers();
  const masked = { ...shown, email: 'a***@example.com', name: 'A*** L***' };
  expect(await get('/t/users')).toEqual({ items: [masked] });
  expect(await get('/t/users', 'eve=dashboard.read/user.read')).toEqual({ items: [masked] });
});

test('a list shows what the permission, the work or being the one gives', async () => {
  const { get } = await withUsers();
  expect(await get('/t/users', 'eve=pii.read')).toEqual({ items: [shown] });
  expect(await get('/t/users', 'eve=user.manage')).toEqual({ items: [{ ...shown, name: 'A*** L***' }] });
  expect(await get('/t/users', 'ada=dashboard.read')).toEqual({ items: [shown] });
});

test('replies without a schema are sent as they are', async () => {
  const { get } = await withUsers();
  expect(await get('/t/plain')).toEqual({ email: 'open@example.com' });
});

test('a reply that does not fit its schema is a defect, and what it held stays inside', async () => {
  const { get } = await withUsers();
  const reply = await get('/t/wrong');
  expect(reply).toMatchObject({ status: 500, code: 'internal_error' });
  expect(JSON.stringify(reply)).not.toContain('Ada');
});

test('personal data in an error text is masked, but for what is the caller’s own', async () => {
  const { get } = await withUsers();
  expect(await get('/t/conflict', 'eve=user.manage')).toMatchObject({
    detail: 'a***@example.com has signed in from 203.0.x.x already.',
    errors: [{ field: 'email', message: 'belongs to Ada <a***@example.com>' }],
  });
  expect(await get('/t/conflict', 'ada=user.manage')).toMatchObject({
    detail: 'ada@example.com has signed in from 203.0.x.x already.',
  });
  expect(await get('/t/conflict', 'eve=pii.read')).toMatchObject({
    detail: 'ada@example.com has signed in from 203.0.113.7 already.',
  });
});

test('what would be right about an input stays readable', async () => {
  const { get } = await withUsers();
  expect(await get('/t/invalid')).toMatchObject({
    errors: [{ field: 'email', message: 'must be an address such as ada@example.com' }],
  });
});

test('a route whose classed field would refuse its masked value does not start', async () => {
  const { app } = await createTestServer();
  app.get(
    '/t/strict',
    {
      config: { access: 'public' },
      schema: { response: { 200: z.object({ email: personal('email')(z.email()) }) } },
    },
    async () => ({ email: 'ada@example.com' }),
  );
  await expect(app.ready()).rejects.toThrow(/does not take masked values/);
});

test('the OpenAPI document says which fields are personal data', async () => {
  const { server, get } = await withUsers();
  await server.app.ready();
  expect(JSON.stringify(await get('/api/openapi.json'))).toContain(
    '"x-personal-data":{"class":"email","alsoFor":["user.manage"],"owner":"id"}',
  );
});

test('over HTTP, no classed value of any list reaches a caller without the permission', async () => {
  const { app } = await createTestServer();
  let body: unknown[] = [];
  const line = z.object({
    owner: z.string().nullable(),
    email: personal('email', { owner: 'owner' })(z.string()),
    phones: z.array(personal('phone', { alsoFor: 'data.export' })(z.string())),
    seen: z.record(z.string(), personal('ip')(z.string().nullable())),
    note: personal('free-text')(z.string()).optional(),
  });
  app.get(
    '/t/lines',
    { config: { access: 'signed-in' }, schema: { response: { 200: z.array(line) } } },
    async () => body as never,
  );
  await app.ready();
  const word = fc.stringMatching(/^[a-z]{8,12}$/);
  const lines = fc.array(
    fc.record({
      owner: fc.constantFrom(null, 'somebody'),
      email: word.map((name) => `${name}@mail.example`),
      phones: fc.array(fc.stringMatching(/^\+[1-9][0-9]{9,12}$/), { maxLength: 3 }),
      seen: fc.dictionary(fc.constantFrom('monday', 'today'), fc.ipV4()),
      note: word.map((text) => `${text} called`),
    }),
    { maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(lines, async (list) => {
      body = list;
      const reply = await app.inject({
        url: '/t/lines',
        headers: { authorization: 'Bearer eve=audit.read' },
      });
      expect(reply.statusCode).toBe(200);
      for (const { email, phones, seen, note } of list) {
        for (const value of [email, note, ...phones, ...Object.values(seen)]) {
          expect(reply.body).not.toContain(value);
        }
      }
      expect(line.array().safeParse(reply.json()).success).toBe(true);
    }),
    { numRuns: 100 },
  );
});
