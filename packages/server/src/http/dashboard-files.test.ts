import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-dist-'));
mkdirSync(join(directory, 'assets'));
writeFileSync(
  join(directory, 'index.html'),
  '<!doctype html><html><head lang="en"><title>C</title></head></html>',
);
writeFileSync(join(directory, 'assets/app-1a2b.js'), 'let plain;');
writeFileSync(join(directory, 'assets/app-1a2b.js.gz'), gzipSync('let plain;'));
writeFileSync(join(directory, 'favicon.svg'), '<svg/>');
afterAll(() => rmSync(directory, { recursive: true }));
const dashboard = () => createTestServer({ dashboardDirectory: directory });

test('the page answers every path that is no door for programs', async () => {
  const { app } = await dashboard();
  for (const url of ['/', '/index.html', '/alerts/alr_1', '/probes?status=down', '/setup']) {
    const response = await app.inject({ url });
    expect(response.statusCode, url).toBe(200);
    expect(response.body).toContain('<title>C</title>');
    expect(response.headers['cache-control']).toBe('no-store');
  }
  for (const url of ['/api/v1/nowhere', '/api', '/v1/metrics', '/ping/x', '/loki/api/v1/push']) {
    const response = await app.inject({ url });
    expect(response.statusCode, url).toBe(404);
    expect(response.json()).toMatchObject({ code: 'not_found' });
  }
});

test('each page has its own nonce for style elements, in the page and in the policy', async () => {
  const { app } = await dashboard();
  const nonces = new Set<string>();
  for (let time = 0; time < 3; time += 1) {
    const { body, headers } = await app.inject({ url: '/' });
    const nonce = /<meta property="csp-nonce" nonce="([^"]{24})">/.exec(body)?.[1] ?? '';
    expect(headers['content-security-policy']).toContain(`style-src-elem 'self' 'nonce-${nonce}'`);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

test('hashed files are kept for a year and others are asked for again', async () => {
  const { app } = await dashboard();
  const hashed = await app.inject({ url: '/assets/app-1a2b.js' });
  expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(hashed.headers['content-type']).toBe('application/javascript; charset=utf-8');
  const icon = await app.inject({ url: '/favicon.svg' });
  expect(icon.headers['cache-control']).toBe('public, max-age=0');
});

test('a compressed twin is sent to those who take it', async () => {
  const { app } = await dashboard();
  const zipped = await app.inject({ url: '/assets/app-1a2b.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(zipped.headers['content-type']).toBe('application/javascript; charset=utf-8');
  expect(zipped.headers['vary']).toContain('accept-encoding');
  expect((await app.inject({ url: '/assets/app-1a2b.js' })).body).toBe('let plain;');
});

test('a missing file is not the page, and no path leads out of the folder', async () => {
  const { app } = await dashboard();
  for (const url of ['/assets/gone.js', '/..%2f..%2fetc/passwd.txt', '/%2e%2e/x.json', '/assets/%00.js']) {
    const response = await app.inject({ url });
    expect([400, 403, 404], url).toContain(response.statusCode);
    expect(response.headers['content-type']).toContain('application/problem+json');
  }
});

test('without a built dashboard the page says what to do', async () => {
  const { app } = await createTestServer();
  const response = await app.inject({ url: '/' });
  expect(response.statusCode).toBe(503);
  expect(response.body).toContain('npm run build:web');
});
