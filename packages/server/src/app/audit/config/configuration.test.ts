import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createSigner } from '../../../audit/log/formats/keys.ts';
import { findingsOf } from '../../findings.ts';
import { loadOptions } from '../../options.ts';
import { auditConfiguration } from './configuration.ts';

const keyOf = (name: string, type: number): string =>
  createSigner({ name, type, privateKey: generateKeyPairSync('ed25519').privateKey }).verifier.vkey;
const logKey = keyOf('shop.example/audit/security', 0x01);
const witnessKey = keyOf('witness.example/w', 0x04);
const secret = 'sixteen letters!';

/** Findings as `path: message`. */
function findings(written: unknown): string[] {
  const parsed = auditConfiguration.safeParse(written);
  if (parsed.success) return [];
  return findingsOf(parsed.error, written).map(({ path, message }) => `${path}: ${message}`);
}

test('nothing at all is a whole configuration', () => {
  expect(auditConfiguration.parse({})).toEqual({
    settings: {},
    logs: [],
    retention: {},
    types: [],
    mlDsa44: false,
    public: 'off',
    outsideRequired: false,
    anchors: [],
    egress: [],
  });
});

test('everything that can be said is taken', () => {
  const policy = `log ${logKey}\nwitness w ${witnessKey} https://witness.example\nquorum w\n`;
  expect(
    findings({
      origin: 'shop.example/audit',
      profile: 'storage',
      settings: { RATE_LIMIT_PER_SECOND: 50 },
      logs: [{ name: 'shop', retentionDays: 90 }],
      retention: { general: { days: 30 }, security: { archive: true }, financial: { days: null } },
      types: [
        {
          type: 'shop.coupon-used',
          title: 'A coupon was used',
          retention: 'shop',
          fields: { code: { kind: 'text', required: true }, email: { kind: 'text', sensitive: 'actor' } },
        },
      ],
      mlDsa44: true,
      public: 'hashes',
      policy,
      outsideRequired: true,
      witness: {
        name: 'witness.example/custos',
        logs: [{ origin: 'shop.example/audit/security', keys: [logKey] }],
      },
      anchors: [
        { kind: 's3-lock', name: 'vault', address: 's3://bucket/heads?region=eu-west-1', retainDays: 30 },
        { kind: 'webhook', name: 'notary', url: 'https://notary.example', secret, intervalSeconds: 60 },
      ],
      egress: [
        {
          kind: 'webhook',
          name: 'siem',
          url: 'https://siem.example',
          secret,
          format: 'ocsf',
          logs: ['shop'],
        },
        { kind: 'syslog', name: 'collector', host: 'logs.example', disclose: ['address'] },
        { kind: 'objects', name: 'files', address: 'gs://bucket/export', compression: 'zstd' },
      ],
      archive: { address: '/var/archive' },
      backup: { address: 'file:///var/backups', everyHours: 6, keep: 3 },
    }),
  ).toEqual([]);
});

describe('each thing that is wrong is named with its place', () => {
  const anchor = { kind: 'webhook', name: 'a', url: 'https://a.example', secret };
  const destination = { ...anchor, kind: 'syslog', host: 'a', url: undefined, secret: undefined };
  delete (destination as Record<string, unknown>)['url'];
  delete (destination as Record<string, unknown>)['secret'];
  const type = { type: 'shop.sale', title: 'A sale', retention: 'general', fields: {} };

  test.each<[string, unknown, RegExp]>([
    [
      'an origin with a scheme',
      { origin: 'https://shop.example' },
      /^origin: must be a URL without its scheme/,
    ],
    ['an origin that climbs', { origin: 'shop.example/..' }, /^origin: must not have "\." or "\.\."/],
    [
      'a figure out of its range',
      { settings: { RATE_LIMIT_PER_SECOND: 0 } },
      /^settings\.RATE_LIMIT_PER_SECOND: must be 1/,
    ],
    ['a figure that nobody knows', { settings: { BURST: 1 } }, /^settings\.BURST: is not known/],
    [
      'a warning after the critical',
      { settings: { BUFFER_WARNING: 900 } },
      /^settings\.BUFFER_WARNING: must not be above BUFFER_CRITICAL/,
    ],
    [
      'a built-in log',
      { logs: [{ name: 'security', retentionDays: 1 }] },
      /^logs\[0\]\.name: must be that of no built-in log/,
    ],
    [
      'a log twice',
      {
        logs: [
          { name: 'a', retentionDays: 1 },
          { name: 'a', retentionDays: 1 },
        ],
      },
      /^logs\[1\]\.name: is used twice/,
    ],
    ['retention of no log', { retention: { shop: { days: 1 } } }, /^retention\.shop: is no log/],
    ['half a day', { retention: { general: { days: 0.5 } } }, /^retention\.general\.days: /],
    [
      'an end of what is kept for ever',
      { retention: { financial: { days: 10 } } },
      /^retention\.financial\.days: must be null/,
    ],
    [
      'an archive that is nowhere',
      { retention: { general: { archive: true } } },
      /^retention\.general\.archive: needs archive\.address/,
    ],
    [
      'retention said twice',
      { logs: [{ name: 'shop', retentionDays: 1 }], retention: { shop: { days: 2 } } },
      /^retention\.shop\.days: must be left out/,
    ],
    [
      'a type without a full stop',
      { types: [{ ...type, type: 'sale' }] },
      /^types\[0\]\.type: must be words/,
    ],
    ['a type twice', { types: [type, type] }, /^types\[1\]\.type: is in the catalogue already/],
    [
      'a type in no log',
      { types: [{ ...type, retention: 'shop' }] },
      /^types\[0\]\.retention: must be one of/,
    ],
    [
      'a policy that is none',
      { policy: 'trust everybody' },
      /^policy: is no C2SP tlog-policy: line 1: it must begin/,
    ],
    ['a policy without a quorum', { policy: `log ${logKey}` }, /^policy: .*exactly one quorum line/],
    [
      'a witness at no address',
      { policy: `witness w ${witnessKey} ftp://w.example\nquorum w` },
      /^policy: must have an http or https address for the witness w/,
    ],
    [
      'a key that is none',
      { witness: { name: 'w.example', logs: [{ origin: 'a.example', keys: ['abc'] }] } },
      /^witness\.logs\[0\]\.keys\[0\]: is no verifier key/,
    ],
    [
      'the key of a witness for that of a log',
      { witness: { name: 'w.example', logs: [{ origin: 'witness.example/w', keys: [witnessKey] }] } },
      /^witness\.logs\[0\]\.keys\[0\]: must be the key of a log/,
    ],
    [
      'the key of another log',
      { witness: { name: 'w.example', logs: [{ origin: 'a.example', keys: [logKey] }] } },
      /^witness\.logs\[0\]\.keys\[0\]: must be a key under the name a\.example/,
    ],
    ['two anchors of one name', { anchors: [anchor, anchor] }, /^anchors\[1\]\.name: is used twice/],
    [
      'a short secret',
      { anchors: [{ ...anchor, secret: 'short' }] },
      /^anchors\[0\]\.secret: must be at least 16/,
    ],
    [
      'a lock elsewhere than in S3',
      { anchors: [{ kind: 's3-lock', name: 'a', address: '/var/heads', retainDays: 1 }] },
      /^anchors\[0\]\.address: must begin with s3:/,
    ],
    [
      'an authority without its certificate',
      { anchors: [{ kind: 'rfc3161', name: 'a', url: 'https://tsa.example', ca: 'trust me' }] },
      /^anchors\[0\]\.ca: must be certificates in PEM/,
    ],
    [
      'a header of ours',
      { egress: [{ ...anchor, headers: { 'Custos-Signature': 'x' } }] },
      /^egress\[0\]\.headers: must not name/,
    ],
    [
      'egress of no log',
      { egress: [{ ...destination, logs: ['shop'] }] },
      /^egress\[0\]\.logs\[0\]: must be among/,
    ],
    [
      'csv over syslog',
      { egress: [{ ...destination, format: 'csv' }] },
      /^egress\[0\]\.format: must be a format of one/,
    ],
    [
      'a path that depends on where one is',
      { backup: { address: './x' } },
      /^backup\.address: must be an absolute/,
    ],
    [
      'credentials in an address',
      { archive: { address: 's3://a:b@bucket' } },
      /^archive\.address: .*credentials/,
    ],
    ['a field that nobody knows', { backups: {} }, /^backups: is not a known field/],
  ])('%s', (_what, written, expected) => {
    const found = findings(written);
    expect(found).toContainEqual(expect.stringMatching(expected));
    // One mistake is one finding.
    expect(found).toHaveLength(1);
  });
});

describe('in a file', () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  const inFile = (yaml: string, environment: Record<string, string> = {}) => {
    const directory = mkdtempSync(join(tmpdir(), 'custos-config-'));
    directories.push(directory);
    writeFileSync(join(directory, 'policy.txt'), `# whom we trust\nwitness w ${witnessKey}\nquorum w\n`);
    writeFileSync(join(directory, 'custos.yaml'), yaml);
    return loadOptions({ directory, environment });
  };

  test('secrets come from the environment, and the policy from a file of its own', async () => {
    const { audit } = await inFile(
      `audit:
  policy: { file: ./policy.txt }
  anchors:
    - { kind: webhook, name: notary, url: 'https://notary.example', secret: { env: NOTARY } }
`,
      { NOTARY: secret },
    );
    expect(audit.policy).toContain('quorum w');
    expect(audit.anchors).toMatchObject([{ kind: 'webhook', secret }]);
  });

  test('a secret never stands in a finding', async () => {
    const message = await inFile(
      `audit:
  anchors:
    - { kind: webhook, name: notary, url: 'https://u:hidden1@notary.example:x', secret: { env: NOTARY } }
  egress:
    - { kind: webhook, name: siem, url: 'https://s.example', secret: { env: NOTARY }, headers: { authorization: { env: BAD } } }
`,
      { NOTARY: 'hidden2', BAD: 'hidden3\nx' },
    ).then(
      () => '',
      (error: unknown) => String(error),
    );
    expect(message).toContain('audit.anchors[0].secret: must be at least 16 characters');
    expect(message).toContain('audit.egress[0].headers: must have values');
    expect(message).not.toMatch(/hidden/);
  });
});
