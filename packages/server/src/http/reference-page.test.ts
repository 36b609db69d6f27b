import chromium from '@sparticuz/chromium';
import { chromium as browsers, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../test/http-server.ts';

let browser: Browser;
let server: TestServer;
let port: string;

beforeAll(async () => {
  browser = await browsers.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--host-resolver-rules=MAP custos.test 127.0.0.1'],
  });
  server = await createTestServer();
  server.app.get('/t/enter', { config: { access: 'public' } }, async (_request, reply) => {
    reply.header('set-cookie', [
      '__Host-custos=ada; Path=/; HttpOnly; SameSite=Strict; Secure',
      'custos=bob; Path=/; HttpOnly; SameSite=Strict',
    ]);
    return { ok: true };
  });
  server.app.get('/t/cookies', { config: { access: 'public' } }, async (request) => ({
    names: Object.keys(request.cookies),
  }));
  port = new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port;
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

test.each([
  ['127.0.0.1', ['__Host-custos', 'custos']],
  ['localhost', ['__Host-custos', 'custos']],
  // Plain HTTP on another name is not trustworthy: only the cookie that an operator has to allow stays.
  ['custos.test', ['custos']],
])('Chromium keeps these cookies for http://%s', async (host, names) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://${host}:${port}/t/enter`);
  await page.goto(`http://${host}:${port}/t/cookies`);
  expect(JSON.parse((await page.textContent('body')) ?? '')).toEqual({ names });
  await context.close();
});

test('the reference page works under the content security policy and loads nothing from elsewhere', async () => {
  const page = await browser.newPage();
  const elsewhere: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && host !== `127.0.0.1:${port}`) elsewhere.push(request.url());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(`http://127.0.0.1:${port}/api/docs`);
  await page.click('#operations-tag-health');
  await page.click('#operations-health-get_readyz .opblock-summary-control');
  await page.waitForSelector('#operations-health-get_readyz .responses-table');
  expect(await page.textContent('.info .title')).toContain('Custos');
  expect(elsewhere).toEqual([]);
  expect(faults).toEqual([]);
  await page.goto(`http://127.0.0.1:${port}/api/docs/errors#forbidden`);
  expect(await page.textContent('#forbidden')).toBe('forbidden');
});
