import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadOptions } from '../options.ts';

test('keys and passwords of doors are given as files or variables', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'custos-doors-'));
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  written('key.pem', 'the key\n');
  written('cert.pem', 'the certificate\n');
  const file = written(
    'custos.yaml',
    `telemetry:
  syslog:
    - { protocol: tls, port: 6514, allow: [10.0.0.0/8], tls: { cert: { file: cert.pem }, key: { file: key.pem } } }
  scrape:
    - { job_name: a, basic_auth: { username: u, password: { env: SHOP } } }
    - { job_name: b, bearer_token_file: token }
`,
  );
  const { telemetry } = await loadOptions({
    file,
    directory: folder,
    environment: { SHOP: 'secret' },
  });
  expect(telemetry.syslog[0]?.tls).toEqual({ cert: 'the certificate', key: 'the key' });
  expect(telemetry.scrape[0]?.basic_auth?.password).toBe('secret');
  expect(telemetry.scrape[1]?.authorization).toMatchObject({ type: 'Bearer', credentials_file: 'token' });

  written(
    'custos.yaml',
    'telemetry: { syslog: [{ protocol: tls, port: 1, allow: [10.0.0.1], tls: { cert: { file: no }, key: { file: no } } }] }\n',
  );
  await expect(loadOptions({ file, directory: folder, environment: {} })).rejects.toThrow(
    'telemetry.syslog[0].tls.key',
  );
  rmSync(folder, { recursive: true });
});
