import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTestServer } from '../../test/http-server.ts';

test('a long answer is compressed for those who take it, a short one never', async () => {
  const { app } = await createTestServer();
  const list = z.array(z.string());
  app.get('/long', { config: { access: 'public' }, schema: { response: { 200: list } } }, async () =>
    Array.from({ length: 5000 }, (_, index) => `probe ${index}`),
  );
  app.get('/short', { config: { access: 'public' }, schema: { response: { 200: list } } }, async () => [
    'one',
  ]);
  const headers = { 'accept-encoding': 'gzip, br' };

  const long = await app.inject({ url: '/long', headers });
  expect(long.headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(long.rawPayload).toString())).toHaveLength(5000);
  expect(long.rawPayload.length).toBeLessThan(20_000);

  expect((await app.inject({ url: '/long' })).headers['content-encoding']).toBeUndefined();
  expect((await app.inject({ url: '/short', headers })).headers['content-encoding']).toBeUndefined();
  await app.close();
});
