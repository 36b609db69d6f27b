import { maintenance, maintenanceInput, pageOf, pageQuery, ruleInput } from '@custos/contract';
import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';

interface Operation {
  readonly operationId?: string;
  readonly description: string;
  readonly security: unknown[];
  readonly 'x-access': string;
  readonly 'x-audit'?: string;
  readonly responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

async function documented() {
  const server = await createTestServer();
  server.app.get(
    '/api/v1/maintenance',
    {
      config: { access: 'dashboard.read' },
      schema: { querystring: pageQuery, response: { 200: pageOf(maintenance) } },
    },
    async () => ({ items: [], nextCursor: null }),
  );
  server.app.post(
    '/api/v1/maintenance',
    {
      config: { access: 'maintenance.edit', audit: 'maintenance.create' },
      schema: { body: maintenanceInput, response: { 201: maintenance } },
    },
    async () => {
      throw new Error('never called');
    },
  );
  server.app.post(
    '/api/v1/rules',
    { config: { access: 'rule.edit' }, schema: { body: ruleInput } },
    async () => ({}),
  );
  server.app.route({
    method: ['GET', 'POST'],
    url: '/ping/:token',
    config: { access: 'public', anyOrigin: true },
    handler: async () => 'ok',
  });
  const response = await server.app.inject({ url: '/api/openapi.json' });
  expect(response.statusCode).toBe(200);
  return { server, document: response.json<Document>() };
}

test('every call in the document says who may make it', async () => {
  const { server, document } = await documented();
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(operations.length).toBeGreaterThan(5);
  for (const operation of operations) {
    expect(operation['x-access']).toBeTypeOf('string');
    expect(operation.security).toHaveLength(operation['x-access'] === 'public' ? 0 : 2);
    expect(operation.responses['default']?.content?.['application/problem+json']?.schema.$ref).toBe(
      '#/components/schemas/Problem',
    );
  }
  const ids = operations.flatMap(({ operationId }) => operationId ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(document.components.securitySchemes)).toEqual(['session', 'token']);
  expect(document.components.schemas).toHaveProperty('Problem');
  const shown = server.routes.entries.filter(({ hidden, method }) => !hidden && method !== 'HEAD');
  for (const { method, url } of shown) {
    if (url.startsWith('/api/docs')) continue;
    const path = url.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    expect(document.paths[path]?.[method.toLowerCase()], `${method} ${url}`).toBeDefined();
  }
});

test('a permission and an audited action are in words too', async () => {
  const { document } = await documented();
  const operation = document.paths['/api/v1/maintenance']?.['post'];
  expect(operation?.description).toContain('Needs the permission `maintenance.edit`');
  expect(operation?.description).toContain('`maintenance.create`');
  expect(operation?.['x-audit']).toBe('maintenance.create');
});

test('a time is text with the format date-time, both ways', async () => {
  const { document } = await documented();
  const times: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type, format } = value as { type?: unknown; format?: unknown };
    if (/(?:At)$/.test(path) && (type !== undefined || format !== undefined)) {
      expect({ path, type, format }).toEqual({ path, type: 'string', format: 'date-time' });
      times.push(path);
    }
    for (const [key, child] of Object.entries(value)) walk(child, key);
  };
  walk(document.paths['/api/v1/maintenance'], '');
  expect(times.filter((path) => path === 'startsAt')).toHaveLength(3);
  expect(times).toContain('createdAt');
});
