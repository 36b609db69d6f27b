import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyBundle } from '@custos/client/ledger';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../../test/seeded-random.ts';
import {
  bytesOf,
  login,
  openEvidenceIn,
  python,
  testPolicyText,
  unpacked,
  type PythonReport,
} from './evidence-fixture.ts';

/** What one verifier makes of one bundle: the places and contents that it takes for proven, or a refusal. */
type Judged = { readonly verified: boolean; readonly events: readonly unknown[] } | 'not understood';

const work = mkdtempSync(join(tmpdir(), 'custos-verifiers-'));
let bundle = '';

beforeAll(async () => {
  const fixture = await openEvidenceIn(work);
  const places = await fixture.record(
    'general',
    Array.from({ length: 20 }, (_, number) => login(number)),
  );
  const wanted = { places: [...places.slice(4, 6), ...places.slice(11, 12)], fields: ['address'] };
  const files = unpacked(await bytesOf(await fixture.evidence.export(wanted)), join(work, 'bundle'));
  bundle = files.get('bundle.json')?.toString() ?? '';
  await fixture.close();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function inTypeScript(text: string): Promise<Judged> {
  const report = await verifyBundle(text);
  if (report.status === 'unreadable') return 'not understood';
  const proven = report.events.filter(({ verified }) => verified);
  return {
    verified: report.status === 'verified',
    events: proven.map((one) => one.verified && [one.log, one.index, one.event, one.disclosed, one.closed]),
  };
}

/** The same by `verify.py`, for all bundles in one process. */
function inPython(texts: readonly string[]): Judged[] {
  const program = [
    'import base64, json, sys',
    `sys.path.insert(0, ${JSON.stringify(import.meta.dirname)})`,
    'import verify',
    'for line in sys.stdin:',
    '  try: print(json.dumps(verify.verify_bundle(verify.from_json(base64.b64decode(line), "the bundle"))))',
    '  except (verify.Unreadable, verify.NotVerified): print("null")',
  ].join('\n');
  const input = texts.map((text) => Buffer.from(text).toString('base64')).join('\n');
  const { stdout, stderr } = spawnSync(python ?? '', ['-B', '-c', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const report = JSON.parse(line) as PythonReport | null;
      return report === null
        ? 'not understood'
        : {
            verified: report.verified,
            events: report.events.map((one) => [one.log, one.index, one.event, one.disclosed, one.closed]),
          };
    });
}

interface Parts {
  policy: string;
  checkpoints: string[];
  events: { leaf: string; proof: string; disclosures: string[] }[];
}

/** A change of meaning, rather than of bytes. */
const changes: readonly ((parts: Parts, random: () => number) => void)[] = [
  ({ events }) => void events.push(...events.slice(0, 1)),
  ({ events }) => void events.splice(1, 1),
  ({ events: [first, second] }) => {
    if (first && second) [first.leaf, second.leaf] = [second.leaf, first.leaf];
  },
  ({ events: [first, second] }) => {
    if (first && second) [first.proof, second.proof] = [second.proof, first.proof];
  },
  ({ events: [first, second] }) => {
    if (first && second) first.disclosures = second.disclosures;
  },
  ({ events: [first] }) => {
    if (first) first.disclosures = [...first.disclosures, ...first.disclosures];
  },
  ({ events: [first] }) => {
    if (first) first.disclosures = [];
  },
  ({ events: [first] }) => {
    if (first) first.disclosures = ['WyJzYWx0Il0', 'not base64!', ''];
  },
  (parts) => void (parts.checkpoints = []),
  (parts) => void (parts.checkpoints = ['nothing']),
  (parts) => void (parts.policy = parts.policy.split('\n').slice(1).join('\n')),
  (parts) => void (parts.policy = 'quorum none\n'),
  (parts) => void (parts.policy = parts.policy.replace('quorum none', 'quorum everyone')),
  (parts) => void (parts.policy = `# said somebody\n\n${parts.policy}`),
  ({ events }, random) => {
    for (const event of events)
      event.proof = event.proof.replace(/index \d+/, `index ${Math.floor(random() * 25)}`);
  },
  ({ events: [first] }) => {
    if (first) first.proof = first.proof.replace(/\n[A-Za-z0-9+/]{43}=\n/, '\n');
  },
  ({ events: [first] }) => {
    if (first) first.proof = first.proof.replace('\nindex', '\nextra AAAA\nindex');
  },
];

test.skipIf(python === undefined)(
  'the browser’s verifier and the one in Python agree about every bundle, whole, changed or damaged (skipped where no Python is installed)',
  async () => {
    const random = seededRandom(20_261_121);
    const changed = changes.map((change) => {
      const parts = JSON.parse(bundle) as Parts;
      change(parts, random);
      return JSON.stringify(parts);
    });
    const damaged = Array.from({ length: 250 }, () => {
      const at = Math.floor(random() * bundle.length);
      const letter = String.fromCharCode(32 + Math.floor(random() * 95));
      const end = Math.min(bundle.length, at + 1 + Math.floor(random() * 30));
      const kind = random();
      if (kind < 0.6) return bundle.slice(0, at) + letter + bundle.slice(at + 1);
      return kind < 0.8 ? bundle.slice(0, at) + bundle.slice(end) : bundle.slice(0, end) + bundle.slice(at);
    });
    const odd = [
      '',
      'null',
      '[]',
      '{}',
      bundle.replace('"format"', '"format": 1, "format"'),
      bundle.replace('"leaf":', '"leaf": "x", "leaf":'),
      bundle.replace('custos-evidence/1', 'custos-evidence/2'),
    ];
    const texts = [bundle, ...changed, ...odd, ...damaged];
    const there = inPython(texts);
    for (const [at, text] of texts.entries()) {
      expect([at, await inTypeScript(text)]).toEqual([at, there[at]]);
    }
    const verdicts = there.map((one) => (one === 'not understood' ? one : one.verified));
    expect(verdicts[0]).toBe(true);
    expect(verdicts.filter((one) => one === false).length).toBeGreaterThan(50);
    expect(verdicts.filter((one) => one === 'not understood').length).toBeGreaterThan(10);
    expect(JSON.parse(bundle)).toMatchObject({ policy: testPolicyText });
  },
  60_000,
);
