import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigurationError } from './findings.ts';
import { loadOptions, type Environment } from './options.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-options-'));
afterAll(() => rmSync(directory, { recursive: true }));

function load(file: string | null, content = '', environment: Environment = {}) {
  if (file !== null) writeFileSync(join(directory, file), content);
  return loadOptions({ ...(file !== null && { file }), environment, directory });
}

async function findings(file: string, content: string, environment: Environment = {}): Promise<string[]> {
  const error = await load(file, content, environment).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigurationError);
  return (error as ConfigurationError).findings.map(({ path, message }) => `${path} ${message}`);
}

test('without a file everything has a default', async () => {
  const options = await load(null);
  expect(options).toMatchObject({
    listenHost: '127.0.0.1',
    listenPort: 4600,
    source: null,
    columnsUrl: null,
    stateUrl: `sqlite:${join(directory, 'data', 'state.sqlite')}`,
  });
});

test('the environment wins over the file, and does nothing that the file cannot', async () => {
  const options = await load('custos.yaml', 'listen: 0.0.0.0:80\n', {
    CUSTOS_LISTEN: '[::1]:4700',
    CUSTOS_STATE_URL: 'postgres://db/custos',
  });
  expect(options).toMatchObject({ listenHost: '::1', listenPort: 4700, stateUrl: 'postgres://db/custos' });
});

test('a TypeScript file is read like a YAML one', async () => {
  const text = "export default { probes: [{ name: 'Shop', kind: 'host', interval: '1m30s' }] };";
  const options = await load('typed.config.ts', text);
  expect(options.probes[0]).toMatchObject({ name: 'Shop', intervalMs: 90_000, failureCount: 2 });
});

test('every finding is reported with its path and what would be right', async () => {
  const text = `
listen: nowhere
colour: red
probes:
  - { name: A, kind: http, interval: 500ms }
  - { name: A, kind: ftp, service: Missing, timeout: soon }
`;
  const all = await findings('bad.yaml', text, { CUSTOS_LISTENN: 'x' });
  expect(all).toEqual(
    expect.arrayContaining([
      expect.stringContaining('CUSTOS_LISTENN is not a known variable'),
      'listen must be host:port, such as 127.0.0.1:4600',
      'colour is not a known field',
      'probes[0].intervalMs must be at least 1 s (1000)',
      expect.stringContaining('probes[1].kind'),
      'probes[1].timeout must be a duration such as 30s, 5m or 1h30m',
    ]),
  );
});

test('names that are used twice or refer to nothing are found', async () => {
  const text =
    'probes: [{name: A, kind: heartbeat, options: {periodMs: 60000}}, {name: A, kind: heartbeat, options: {periodMs: 60000}, service: Missing}]';
  expect(await findings('names.yaml', text)).toEqual([
    'probes[1].name is used twice',
    'probes[1].service must be the name of a service in this file',
  ]);
});

test('secrets are taken from the environment or a file, and a missing one is named', async () => {
  writeFileSync(join(directory, 'password.txt'), 'from-file\n');
  const text = `
channels:
  - { name: Mail, kind: email, options: { host: mail.example.com, from: a@example.com, to: [b@example.com], password: { file: password.txt }, user: { env: MAIL_USER } } }
`;
  const options = await load('secrets.yaml', text, { MAIL_USER: 'ada' });
  expect(options.channels[0]?.options).toMatchObject({ password: 'from-file', user: 'ada' });
  expect(await findings('secrets.yaml', text)).toEqual([
    'channels[0].options.user refers to the variable MAIL_USER, which is not there',
  ]);
});

test('what is defined in the file is checked against its kind, all at once', async () => {
  const text = `
services: [{ name: A, dependsOn: [B] }, { name: B, dependsOn: [A] }]
probes:
  - { name: bare, kind: http }
  - { name: odd, kind: tcp, options: { host: example.com, port: 1, bogus: 1 }, failureCount: 3, failureWindow: 2 }
channels: [{ name: chat, kind: slack }]
maintenance: [{ title: night, schedule: { type: recurring, cron: nonsense, durationMs: 60000, timeZone: UTC } }]
rules:
  - name: slow
    condition: { type: probe-value, value: latency_ms, comparison: '>', threshold: 8 }
    annotations: { summary: '{{ x' }
`;
  expect((await findings('definitions.yaml', text)).map((finding) => finding.split(' ')[0])).toEqual([
    'services',
    'probes[0].options.url',
    'probes[1].options.bogus',
    'probes[1].failureCount',
    'channels[0].options.webhookUrl',
    'maintenance[0].schedule.cron',
    'maintenance[0].services',
    'rules[0].annotations.summary',
  ]);
});

test('a TypeScript file finds custos/config wherever it lies', () => {
  const file = join(directory, 'elsewhere.config.ts');
  writeFileSync(
    file,
    "import { defineConfig } from 'custos/config';\nexport default defineConfig({ listen: '[::1]:4711' });\n",
  );
  // In a process of its own, since the test runner resolves imports in its own way.
  const program = `
    import { loadOptions } from ${JSON.stringify(new URL('./options.ts', import.meta.url).href)};
    const { listenPort } = await loadOptions({ file: ${JSON.stringify(file)}, environment: {} });
    process.stdout.write(String(listenPort));
  `;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })).toBe(
    '4711',
  );
});

test('what Kubernetes says about a Service named custos is no mistake; a port beyond the last is one', async () => {
  const links = {
    CUSTOS_SERVICE_HOST: '10.0.0.1',
    CUSTOS_PORT: 'tcp://10.0.0.1:4600',
    CUSTOS_PORT_4600_TCP_ADDR: '10.0.0.1',
  };
  expect(await load('custos.yaml', '', links)).toMatchObject({ listenPort: 4600 });
  expect(await findings('custos.yaml', 'listen: 127.0.0.1:65536')).toEqual([
    'listen must have a port up to 65535',
  ]);
  expect(
    await findings(
      'custos.yaml',
      'channels: [{ name: c, kind: slack, options: { webhookUrl: { file: . } } }]',
    ),
  ).toContain('channels[0].options.webhookUrl refers to the file ., which is not there');
});
