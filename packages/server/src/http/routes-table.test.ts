import { permissionNames } from '@custos/contract';
import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';

test('every route is in the table with its access and its audited action', async () => {
  const { app, routes } = await createTestServer();
  app.delete('/t/probes/:id', { config: { access: 'probe.edit', audit: 'probe.delete' } }, async () => 'ok');
  await app.ready();
  expect(routes.entries.find(({ url, method }) => url === '/t/probes/:id' && method === 'DELETE')).toEqual({
    method: 'DELETE',
    url: '/t/probes/:id',
    access: 'probe.edit',
    audit: 'probe.delete',
    hidden: false,
  });
  const allowed = new Set<string>([...permissionNames, 'signed-in', 'public']);
  for (const { access } of routes.entries) expect(allowed).toContain(access);
});

test('what the server itself opens to everybody is this and no more', async () => {
  const { app, routes } = await createTestServer();
  await app.ready();
  const open = routes.entries.filter(({ access, method }) => access === 'public' && method === 'GET');
  const own = open.map(({ url }) => url).filter((url) => !url.startsWith('/api/docs'));
  expect(own.toSorted()).toEqual(['/*', '/api/openapi.json', '/livez', '/metrics', '/readyz']);
});

test('a path is recognised by its pattern', async () => {
  const { app, routes } = await createTestServer();
  app.get('/t/a.b/:id/c', { config: { access: 'public' } }, async () => 'ok');
  expect(routes.methodsOf('/t/a.b/1/c')).toEqual(['GET', 'HEAD']);
  expect(routes.methodsOf('/t/axb/1/c')).toEqual([]);
  expect(routes.methodsOf('/t/a.b/1/2/c')).toEqual([]);
});
