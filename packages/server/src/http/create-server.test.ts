import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';

test('the server answers on a real socket and stops twice without harm', async () => {
  const server = await createTestServer();
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${address}/livez`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ok' });
  await Promise.all([server.stop(), server.stop()]);
  await expect(fetch(`${address}/livez`)).rejects.toThrow();
});
