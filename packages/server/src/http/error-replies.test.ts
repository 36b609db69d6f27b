import { errorCodes, problem } from '@custos/contract';
import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTestServer } from '../../test/http-server.ts';
import type { Logger } from '../base/logger.ts';
import { unavailable } from '../base/errors.ts';

function recordingLog(): { log: Logger; lines: { fields: Record<string, unknown>; message: string }[] } {
  const lines: { fields: Record<string, unknown>; message: string }[] = [];
  const write = (fields: object, message: string): void => {
    lines.push({ fields: { ...fields }, message });
  };
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { log, lines };
}

async function withRoutes() {
  const { log, lines } = recordingLog();
  const server = await createTestServer({ bodyLimitBytes: 1000 }, { log });
  const open = { access: 'public' } as const;
  server.app.post(
    '/t/probes',
    {
      config: open,
      schema: { body: z.object({ name: z.string(), options: z.object({ url: z.string() }).optional() }) },
    },
    async () => 'ok',
  );
  server.app.post('/t/large', { config: open, bodyLimit: 5000 }, async () => 'ok');
  server.app.get('/t/defect', { config: open }, async () => {
    throw new Error('password=hunter2');
  });
  server.app.get('/t/away', { config: open }, async () => {
    throw unavailable('columns_unavailable', 'The history is away.', new Error('inner'));
  });
  server.app.get(
    '/t/misfit',
    { config: open, schema: { response: { 200: z.object({ at: z.number() }) } } },
    async () => ({ at: 'noon' as unknown as number }),
  );
  return { ...server, lines };
}
const json = { 'content-type': 'application/json' };

test.each([
  ['nothing at the address', { url: '/api/v1/nowhere' }, 404, 'not_found'],
  ['the wrong method', { method: 'PUT', url: '/t/probes' }, 405, 'method_not_allowed'],
  ['the wrong method by GET', { url: '/t/large' }, 405, 'method_not_allowed'],
  [
    'broken JSON',
    { method: 'POST', url: '/t/probes', headers: json, payload: '{' },
    400,
    'malformed_request',
  ],
  ['no JSON', { method: 'POST', url: '/t/probes', headers: json, payload: '' }, 400, 'malformed_request'],
  [
    'JSON that poisons prototypes',
    { method: 'POST', url: '/t/probes', headers: json, payload: '{"__proto__":{"a":1}}' },
    400,
    'malformed_request',
  ],
  [
    'another content type',
    { method: 'POST', url: '/t/probes', headers: { 'content-type': 'text/plain' }, payload: 'name=a' },
    415,
    'unsupported_media_type',
  ],
  [
    'too large a body',
    { method: 'POST', url: '/t/probes', headers: json, payload: JSON.stringify({ name: 'x'.repeat(2000) }) },
    413,
    'payload_too_large',
  ],
  [
    'the wrong kind of JSON',
    { method: 'POST', url: '/t/probes', headers: json, payload: '[]' },
    422,
    'invalid_input',
  ],
  ['a broken path', { url: '/t/%zz' }, 400, 'malformed_request'],
  ['a store that is away', { url: '/t/away' }, 503, 'columns_unavailable'],
  ['a defect', { url: '/t/defect' }, 500, 'internal_error'],
  ['an answer that does not fit its schema', { url: '/t/misfit' }, 500, 'internal_error'],
])('%s is a problem document', async (...[, request, status, code]) => {
  const { app } = await withRoutes();
  const response = await app.inject(request as InjectOptions);
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  const body = problem.strict().parse(response.json());
  expect(body).toMatchObject({ status, code, type: `/api/docs/errors#${code}` });
  expect(Object.keys(errorCodes)).toContain(body.code);
  expect(body.requestId).toBe(response.headers['x-request-id']);
});

test('a route may take a larger body than the others', async () => {
  const { app } = await withRoutes();
  const payload = { text: 'x'.repeat(3000) };
  expect((await app.inject({ method: 'POST', url: '/t/large', payload })).statusCode).toBe(200);
});

test('the wrong method says which ones are taken', async () => {
  const { app } = await withRoutes();
  const response = await app.inject({ method: 'DELETE', url: '/t/probes' });
  expect(response.headers.allow).toBe('POST');
});

test('a defect is logged with its stack and its request, and the caller learns neither', async () => {
  const { app, lines } = await withRoutes();
  const response = await app.inject({ url: '/t/defect', headers: { 'x-request-id': 'call-0001' } });
  expect(response.body).not.toContain('hunter2');
  expect(response.body).not.toContain('.ts');
  const line = lines.find(({ message }) => message.includes('defect'));
  expect(line?.fields).toMatchObject({ requestId: 'call-0001', route: '/t/defect' });
  expect(line?.fields['stack']).toContain('error-replies.test.ts');
});

test('the time to wait is a header', async () => {
  const { app } = await withRoutes();
  expect((await app.inject({ url: '/t/away' })).headers['retry-after']).toBe('5');
});

test('an input is refused field by field', async () => {
  const { app } = await withRoutes();
  const response = await app.inject({ method: 'POST', url: '/t/probes', payload: { options: { url: 7 } } });
  expect(response.json()).toMatchObject({
    detail: 'name is required',
    errors: [
      { field: 'name', message: 'is required' },
      { field: 'options.url', message: 'must be text' },
    ],
  });
});

test('the access line names the route and never the path or the query', async () => {
  const { app, lines } = await withRoutes();
  app.get('/t/link/:token', { config: { access: 'public' } }, async () => 'ok');
  await app.inject({ url: '/t/link/s3cret?key=s3cret2' });
  await app.inject({ url: '/nowhere-s3cret.png?key=s3cret2' });
  const text = JSON.stringify(lines);
  expect(text).toContain('/t/link/:token');
  expect(text).not.toContain('s3cret');
});
