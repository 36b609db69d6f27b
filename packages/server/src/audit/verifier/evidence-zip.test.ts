import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyBundle, verifyReceipt } from '@custos/client/ledger';
import { afterAll, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createSigner } from '../log/formats/keys.ts';
import { testOrigins } from '../log/ledger-fixture.ts';
import {
  bytesOf,
  login,
  openEvidence,
  openEvidenceIn,
  python,
  runPython,
  testPolicyText,
  unpacked,
  vkeyOf,
} from './evidence-fixture.ts';
import { createEvidence } from './evidence-zip.ts';
import { zipStream, type ZipFile } from './zip-stream.ts';

const work = mkdtempSync(join(tmpdir(), 'custos-evidence-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => {
  folders += 1;
  return join(work, String(folders));
};

/** Where Debian's golang-golang-x-mod-dev puts the packages. */
const goPath = '/usr/share/gocode';
const hasGo =
  existsSync(join(goPath, 'src/golang.org/x/mod/sumdb/tlog')) && spawnSync('go', ['version']).status === 0;

describeOnBothStores('evidence', (openStore) => {
  test('a bundle has everything that is needed, and verifies in Python, in the browser’s modules and receipt by receipt', async () => {
    const fixture = await openEvidence(await openStore());
    const general = await fixture.record(
      'general',
      Array.from({ length: 300 }, (_, number) => login(number)),
    );
    const security = await fixture.record('security', [login(900)]);
    const places = [...general.slice(250, 253), ...security, ...general.slice(250, 251)];
    const zip = await bytesOf(await fixture.evidence.export({ places, fields: ['address', 'actor.name'] }));
    const into = folder();
    const files = unpacked(zip, into);
    const numbers = ['00001', '00002', '00003', '00004'];
    expect([...files.keys()].toSorted()).toEqual(
      [
        'README.txt',
        'bundle.json',
        'policy.txt',
        'verify.go',
        'verify.html',
        'verify.py',
        'checkpoints/1-general.checkpoint',
        'checkpoints/2-security.checkpoint',
        ...numbers.map((number) => `leaves/${number}.json`),
        ...numbers.map((number) => `receipts/${number}.tlog-proof`),
      ].toSorted(),
    );
    expect(files.get('README.txt')?.toString()).toMatch(
      /4 events, 8 fields disclosed, 4 fields closed\.[^]*address, actor\.name[^]*example\.com\/general, 300 entries/,
    );
    const report = await verifyBundle(files.get('bundle.json')?.toString() ?? '');
    expect(report).toMatchObject({ status: 'verified', trust: 'bundle' });
    expect(
      await verifyBundle(files.get('bundle.json')?.toString() ?? '', { policy: testPolicyText }),
    ).toMatchObject({
      status: 'verified',
      trust: 'given',
    });
    for (const number of numbers) {
      const receipt = files.get(`receipts/${number}.tlog-proof`)?.toString() ?? '';
      const leaf = files.get(`leaves/${number}.json`) ?? Buffer.alloc(0);
      expect(await verifyReceipt({ receipt, leaf, policy: testPolicyText })).toMatchObject({
        verified: true,
      });
    }
    if (python !== undefined) {
      writeFileSync(join(into, 'trusted.policy'), testPolicyText);
      const { status, report: told } = runPython(into, '--policy', join(into, 'trusted.policy'));
      expect(status).toBe(0);
      expect(told.events.map(({ log, index }) => `${log}/${index}`)).toEqual([
        ...[250, 251, 252].map((index) => `${testOrigins.general}/${index}`),
        `${testOrigins.security}/0`,
      ]);
      writeFileSync(join(into, 'whole.zip'), zip);
      const tested = spawnSync(python, ['-m', 'zipfile', '-t', join(into, 'whole.zip')], {
        encoding: 'utf8',
      });
      expect(tested).toMatchObject({ status: 0, stdout: 'Done testing\n' });
    }
    await fixture.close();
  });

  test('closed fields are nowhere in the bundle, and neither are erased ones', async () => {
    const fixture = await openEvidence(await openStore());
    const [first, second] = await fixture.record('general', [login(1), login(2)]);
    if (first === undefined || second === undefined) throw new Error('nothing recorded');
    await fixture.vault.erase({ tenant: null, type: 'user', id: 'usr_2' });
    const zip = await bytesOf(
      await fixture.evidence.export({ places: [first, second], fields: ['address'] }),
    );
    const files = unpacked(zip, folder());
    const opened = [...files.values()].map((bytes) => bytes.toString('latin1')).join('\n');
    const decoded = opened.replaceAll(/[A-Za-z0-9+/_-]{20,}={0,2}/g, (text) =>
      Buffer.from(text, 'base64').toString('latin1'),
    );
    for (const secret of ['Secret Name', 'secret.example', '203.0.113.2']) {
      expect([secret, opened.includes(secret), decoded.includes(secret)]).toEqual([secret, false, false]);
    }
    // The scan does find the field that was disclosed.
    expect(decoded.includes('203.0.113.1')).toBe(true);
    const report = await verifyBundle(files.get('bundle.json')?.toString() ?? '');
    expect(report).toMatchObject({
      status: 'verified',
      events: [
        { disclosed: ['address'], closed: 2 },
        { disclosed: [], closed: 3 },
      ],
    });
    await fixture.close();
  });

  test('what cannot be proven is refused before the first byte', async () => {
    const fixture = await openEvidence(await openStore());
    const places = await fixture.record('general', [login(1), login(2)]);
    const [first] = places;
    if (first === undefined) throw new Error('nothing recorded');
    const fields: readonly string[] = [];
    const attempt = (wanted: readonly (typeof first)[]) =>
      fixture.evidence.export({ places: wanted, fields });
    await expect(attempt([])).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'places' }] });
    await expect(
      attempt(Array.from({ length: 10_001 }, (_, index) => ({ ...first, index }))),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(attempt([{ ...first, id: 'evt-2' }])).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('entry 0 of general is not evt-2'),
    });
    await expect(attempt([{ ...first, index: 2 }])).rejects.toMatchObject({ code: 'not_found' });
    const many = await fixture.record(
      'security',
      Array.from({ length: 300 }, (_, number) => login(1_000 + number)),
    );
    await fixture.ledger.publish();
    await fixture.ledger.prune('security', 100);
    await expect(attempt(many.slice(99, 101))).rejects.toMatchObject({ code: 'not_found' });
    const kept = await attempt([...many.slice(100, 101), ...many.slice(299), ...many.slice(255, 257)]);
    const keptFiles = unpacked(await bytesOf(kept), folder());
    expect(await verifyBundle(keptFiles.get('bundle.json')?.toString() ?? '')).toMatchObject({
      status: 'verified',
      events: [{ index: 100 }, { index: 299 }, { index: 255 }, { index: 256 }],
    });
    await expect(fixture.evidence.export({ places: [first], fields: [''] })).rejects.toMatchObject({
      fields: [{ field: 'fields' }],
    });
    const { privateKey } = generateKeyPairSync('ed25519');
    const { vkey } = createSigner({ name: 'w.example', type: 4, privateKey }).verifier;
    const demanding = createEvidence({
      reader: fixture.ledger.reader,
      vault: fixture.vault,
      clock: fixture.clock,
      policy: () => testPolicyText.replace('quorum none', `witness someone ${vkey}\nquorum someone`),
    });
    await expect(demanding.export({ places: [first], fields })).rejects.toMatchObject({
      code: 'evidence_not_ready',
      status: 503,
    });
    await fixture.close();
  });
});

test.skipIf(!hasGo)(
  'Go’s checksum database packages verify a receipt of a bundle by its verify.go (skipped where golang-go and golang-golang-x-mod-dev are not installed)',
  async () => {
    const fixture = await openEvidenceIn(work);
    const places = await fixture.record(
      'general',
      Array.from({ length: 40 }, (_, number) => login(number)),
    );
    const into = folder();
    unpacked(await bytesOf(await fixture.evidence.export({ places: places.slice(7, 9), fields: [] })), into);
    await fixture.close();
    const env = {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: goPath,
      GOCACHE: join(work, 'go'),
      GOFLAGS: '',
    };
    const run = (name: string, leaf: string) =>
      spawnSync(
        'go',
        ['run', 'verify.go', vkeyOf(name), 'receipts/00001.tlog-proof', `leaves/${leaf}.json`],
        { env, cwd: into, encoding: 'utf8' },
      );
    expect(run(testOrigins.general, '00001').stdout).toBe('VERIFIED entry 7 of 40 in example.com/general\n');
    expect(run(testOrigins.general, '00002')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('NOT VERIFIED'),
    });
    expect(run(testOrigins.security, '00001')).toMatchObject({ status: 1 });
  },
  180_000,
);

test('an archive takes only names that every system can write, and none twice', async () => {
  const attempt = (names: readonly string[]) =>
    bytesOf(
      zipStream(
        names.map((name): ZipFile => ({ name, content: ['x'] })),
        1_767_225_600_000,
      ),
    );
  for (const name of [
    '../up.txt',
    '/root.txt',
    'a/b/c.txt',
    'con.txt',
    'aux.json',
    'a b.txt',
    'a',
    'ä.txt',
    'a\\b.txt',
    'x:y.txt',
    '.hidden.txt',
  ]) {
    await expect(attempt([name])).rejects.toThrow('is no name for a file');
  }
  await expect(attempt(['a.txt', 'A.txt'])).rejects.toThrow('is no name for a file');
  expect((await attempt(['a.txt', 'b.txt', 'c/a.txt'])).length).toBeGreaterThan(100);
});
