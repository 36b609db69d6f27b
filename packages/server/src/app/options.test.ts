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
  const text = "export default { probes: [{ name: 'Shop', kind: 'http', interval: '1m30s' }] };";
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
  const text = 'probes: [{name: A, kind: http}, {name: A, kind: http, service: Missing}]';
  expect(await findings('names.yaml', text)).toEqual([
    'probes[1].name is used twice',
    'probes[1].service must be the name of a service in this file',
  ]);
});

test('secrets are taken from the environment or a file, and a missing one is named', async () => {
  writeFileSync(join(directory, 'password.txt'), 'from-file\n');
  const text = `
channels:
  - { name: Mail, kind: email, options: { password: { file: password.txt }, user: { env: MAIL_USER } } }
`;
  const options = await load('secrets.yaml', text, { MAIL_USER: 'ada' });
  expect(options.channels[0]?.options).toEqual({ password: 'from-file', user: 'ada' });
  expect(await findings('secrets.yaml', text)).toEqual([
    'channels[0].options.user refers to the variable MAIL_USER, which is not there',
  ]);
});
