import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../test/seeded-random.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { prepareEvent } from '../events/prepare.ts';
import { disclosedEvent } from '../vault/disclosed.ts';
import { writeBundle, type EvidenceEvent } from './bundle.ts';

const verifier = join(import.meta.dirname, 'verify.py');
const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

const directory = mkdtempSync(join(tmpdir(), 'custos-evidence-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafHash = (leaf: Uint8Array) => sha256(Buffer.of(0), leaf);
const nodeHash = (left: Buffer, right: Buffer) => sha256(Buffer.of(1), left, right);
const split = (size: number) => 2 ** Math.floor(Math.log2(size - 1));

/** RFC 6962 section 2.1, word for word. */
function rootOf(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (only === undefined) return sha256();
  if (hashes.length === 1) return only;
  const k = split(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, k)), rootOf(hashes.slice(k)));
}

/** RFC 6962 section 2.1.1, word for word. */
function pathOf(index: number, hashes: readonly Buffer[]): Buffer[] {
  if (hashes.length <= 1) return [];
  const k = split(hashes.length);
  return index < k
    ? [...pathOf(index, hashes.slice(0, k)), rootOf(hashes.slice(k))]
    : [...pathOf(index - k, hashes.slice(k)), rootOf(hashes.slice(0, k))];
}

interface Signer {
  readonly name: string;
  readonly type: number;
  readonly key: KeyObject;
  readonly publicKey: Buffer;
}
const rawKey = (key: KeyObject) => key.export({ format: 'der', type: 'spki' }).subarray(-32);

function signer(name: string, type: number): Signer {
  const pair = generateKeyPairSync('ed25519');
  return { name, type, key: pair.privateKey, publicKey: rawKey(pair.publicKey) };
}
const typed = ({ type, publicKey }: Signer) => Buffer.concat([Buffer.of(type), publicKey]);
const keyId = (one: Signer) => sha256(Buffer.from(`${one.name}\n`), typed(one)).subarray(0, 4);
const vkey = (one: Signer) => `${one.name}+${keyId(one).toString('hex')}+${typed(one).toString('base64')}`;

function signatureLine(one: Signer, text: string, time = 1_767_225_600): string {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  const signature =
    one.type === 1
      ? sign(null, Buffer.from(text), one.key)
      : Buffer.concat([stamp, sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), one.key)]);
  return `— ${one.name} ${Buffer.concat([keyId(one), signature]).toString('base64')}\n`;
}

function checkpointOf(hashes: readonly Buffer[], log: Signer, witnesses: readonly Signer[] = []): string {
  const text = `${log.name}\n${hashes.length}\n${rootOf(hashes).toString('base64')}\n`;
  return `${text}\n${[log, ...witnesses].map((one) => signatureLine(one, text)).join('')}`;
}

function proofOf(index: number, hashes: readonly Buffer[], checkpoint: string): string {
  const lines = pathOf(index, hashes).map((hash) => hash.toString('base64'));
  return ['c2sp.org/tlog-proof@v1', `index ${index}`, ...lines, '', checkpoint].join('\n');
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

const log = signer('custos.example/security', 1);
const policy = `log ${vkey(log)}\nquorum none\n`;
const catalogue = createCatalogue();

function loginLeaf(number: number) {
  return prepareEvent(
    {
      id: `evt-${number}`,
      type: 'authentication.login',
      outcome: 'succeeded',
      actor: { type: 'user', id: `usr_${number}`, name: `Name ${number} é😂` },
      address: '203.0.113.7',
      details: { method: 'password', login: `user${number}@example.com` },
    },
    { catalogue, source: 'shop', received: 1_767_225_600_000 },
  );
}
const prepared = Array.from({ length: 13 }, (_, number) => loginLeaf(number));
const hashes = prepared.map(({ leaf }) => leafHash(leaf));

/** Evidence for these events, with the disclosures of these fields. */
function evidence(
  indexes: readonly number[],
  fields: readonly string[],
  checkpoint: string,
): EvidenceEvent[] {
  return indexes.map((index) => ({
    leaf: prepared[index]?.leaf ?? new Uint8Array(),
    proof: proofOf(index, hashes, checkpoint),
    disclosures: (prepared[index]?.vaultEntries ?? [])
      .filter(({ field }) => fields.includes(field))
      .map(({ commitment }) => commitment.disclosure),
  }));
}

interface Report {
  readonly verified: boolean;
  readonly trust: string;
  readonly problems: readonly string[];
  readonly checkpoints: readonly {
    readonly origin: string;
    readonly size: number;
    readonly witnesses: string[];
  }[];
  readonly events: readonly {
    readonly index: number;
    readonly disclosed: string[];
    readonly closed: number;
    readonly event: unknown;
  }[];
}

let files = 0;
function run(
  bundle: string,
  ...more: readonly string[]
): { status: number | null; report: Report; stderr: string } {
  files += 1;
  const path = join(directory, `bundle-${files}.json`);
  writeFileSync(path, bundle);
  const { status, stdout, stderr } = spawnSync(python ?? '', ['-B', verifier, '--json', ...more, path], {
    encoding: 'utf8',
  });
  return { status, report: (stdout === '' ? {} : JSON.parse(stdout)) as Report, stderr };
}

/** Runs Python statements with the verifier imported; gives its standard output. */
function runPython(code: string, input = ''): string {
  const whole = `import sys, json, base64\nsys.path.insert(0, ${JSON.stringify(import.meta.dirname)})\nimport verify\n${code}`;
  return execFileSync(python ?? '', ['-B', '-c', whole], {
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
}

// Nothing to run the verifier with is the only reason to leave these out; the message says so.
describe.skipIf(python === undefined)(
  'the verifier in Python (skipped only where no python3 is installed)',
  () => {
    const checkpoint = checkpointOf(hashes, log);

    test('a true bundle is verified, with the fields that were disclosed and the number that stay closed', async () => {
      const events = evidence([0, 7, 12], ['details.login', 'actor.name'], checkpoint);
      const { status, report, stderr } = run(
        await textOf(writeBundle({ policy, checkpoints: [checkpoint], events })),
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(report).toMatchObject({ verified: true, trust: 'policy of the bundle', problems: [] });
      expect(report.checkpoints).toMatchObject([
        { origin: 'custos.example/security', size: 13, witnesses: [] },
      ]);
      expect(report.events.map(({ index }) => index)).toEqual([0, 7, 12]);
      expect(report.events[1]).toMatchObject({
        disclosed: ['actor.name', 'details.login'],
        closed: 1,
        event: { actor: { name: 'Name 7 é😂' }, details: { login: 'user7@example.com' } },
      });
      expect(JSON.stringify(report)).not.toContain('203.0.113.7');
    });

    test('the inclusion of every leaf is accepted at every size to 65, and at no other index', () => {
      const many = Array.from({ length: 65 }, (_, number) => Buffer.from(`leaf ${number}`));
      const all = many.map(leafHash);
      const cases = Array.from({ length: 65 }, (_, last) => {
        const tree = all.slice(0, last + 1);
        const root = rootOf(tree).toString('base64');
        return tree.map((_hash, index) => ({
          leaf: many[index]?.toString('base64'),
          index,
          size: last + 1,
          root,
          path: pathOf(index, tree).map((hash) => hash.toString('base64')),
        }));
      }).flat();
      const verdict = runPython(
        [
          'right = wrong = 0',
          'for case in json.load(sys.stdin):',
          '  leaf, path = base64.b64decode(case["leaf"]), [base64.b64decode(each) for each in case["path"]]',
          '  root = base64.b64decode(case["root"])',
          '  for index in range(case["size"] + 1):',
          '    same = verify.root_from_proof(leaf, index, case["size"], path) == root',
          '    if index == case["index"]: right += same',
          '    else: wrong += same',
          '  wrong += verify.root_from_proof(leaf, case["index"], case["size"], path + [root]) == root',
          '  wrong += len(path) > 0 and verify.root_from_proof(leaf, case["index"], case["size"], path[:-1]) == root',
          'print(right, wrong)',
        ].join('\n'),
        JSON.stringify(cases),
      );
      expect(verdict.trim()).toBe(`${(65 * 66) / 2} 0`);
    });

    test('Ed25519 agrees with the vectors of RFC 8032 section 7.1', () => {
      const vectors = [
        [
          'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
          '',
          'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
        ],
        [
          '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
          '72',
          '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
        ],
        [
          'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
          'af82',
          '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
        ],
      ];
      const code =
        'print(json.dumps([verify.ed25519_verify(*map(bytes.fromhex, each)) for each in json.load(sys.stdin)]))';
      expect(JSON.parse(runPython(code, JSON.stringify(vectors)))).toEqual([true, true, true]);
    });

    test('Ed25519 accepts what node:crypto signs and nothing with a flipped bit, a larger S or a wrong length', () => {
      const one = signer('x', 1);
      const order = 2n ** 252n + 27742317777372353535851937790883648493n;
      const message = Buffer.from('a checkpoint');
      const signature = sign(null, message, one.key);
      const bytes = [...signature.subarray(32)].toReversed();
      const s = BigInt(`0x${Buffer.from(bytes).toString('hex')}`) + order;
      const largerS = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').toReversed();
      const flipped = (from: Uint8Array, bit: number) => {
        const copy = Buffer.from(from);
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return copy;
      };
      const cases: (readonly [Uint8Array, Uint8Array, Uint8Array])[] = [
        [one.publicKey, message, signature],
        [one.publicKey, message, Buffer.concat([signature.subarray(0, 32), largerS])],
        [one.publicKey, message, signature.subarray(0, 63)],
        [one.publicKey.subarray(0, 31), message, signature],
        [signer('y', 1).publicKey, message, signature],
        ...Array.from(
          { length: 64 },
          (_, index) => [one.publicKey, message, flipped(signature, index * 8 + (index % 8))] as const,
        ),
        ...Array.from(
          { length: 32 },
          (_, index) => [flipped(one.publicKey, index * 8), message, signature] as const,
        ),
        ...Array.from(
          { length: message.length },
          (_, index) => [one.publicKey, flipped(message, index * 8), signature] as const,
        ),
      ];
      const input = JSON.stringify(
        cases.map((each) => each.map((part) => Buffer.from(part).toString('hex'))),
      );
      const code =
        'print(json.dumps([verify.ed25519_verify(*map(bytes.fromhex, each)) for each in json.load(sys.stdin)]))';
      const [first, ...others] = JSON.parse(runPython(code, input)) as boolean[];
      expect(first).toBe(true);
      expect(others.filter((accepted) => accepted)).toEqual([]);
    });

    test('the published signed note of C2SP is understood and its signature has the right form', () => {
      const note = [
        'Ognuno sta solo sul cuor della terra',
        'trafitto da un raggio di sole:',
        '',
        'ed è subito sera.',
        '',
        '— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=',
        '',
      ].join('\n');
      const code = [
        'text, signatures = verify.parse_note(sys.stdin.read())',
        'print(json.dumps([text, [[name, key.hex(), len(value)] for name, key, value in signatures]]))',
      ].join('\n');
      const [text, signatures] = JSON.parse(runPython(code, note)) as [string, unknown];
      expect(text).toBe(
        'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n',
      );
      expect(signatures).toEqual([['quasimodo.example/salvatore', '367ba04b', 64]]);
    });

    test('a changed leaf, index, hash, size, root, signature or disclosure is not verified', async () => {
      const [good] = evidence([5], ['address'], checkpoint);
      if (good === undefined) throw new Error('no evidence');
      const other = evidence([6], ['address'], checkpoint)[0];
      const smaller = checkpointOf(hashes.slice(0, 12), log);
      const strangers = checkpointOf(hashes, { ...signer(log.name, 1) });
      const changed: readonly (readonly [string, EvidenceEvent, RegExp])[] = [
        ['leaf', { ...good, leaf: Buffer.from(good.leaf).fill('X', 10, 11) }, /not at index 5/],
        ['index', { ...good, proof: good.proof.replace('index 5', 'index 4') }, /not at index 4/],
        ['index beyond', { ...good, proof: good.proof.replace('index 5', 'index 99') }, /not at index 99/],
        ['other leaf', { ...good, leaf: other?.leaf ?? good.leaf }, /not at index 5/],
        ['smaller tree', { ...good, proof: proofOf(5, hashes, smaller) }, /not at index 5/],
        ['size', { ...good, proof: good.proof.replace('\n13\n', '\n14\n') }, /signature of .* is wrong/],
        [
          'stranger',
          { ...good, proof: proofOf(5, hashes, strangers) },
          /not signed by a log that the policy trusts/,
        ],
        [
          'origin',
          { ...good, proof: good.proof.replaceAll('custos.example', 'evil.example') },
          /not signed by a log/,
        ],
        [
          'disclosure',
          { ...good, disclosures: other?.disclosures ?? [] },
          /not the one that the event committed to/,
        ],
        [
          'twice',
          { ...good, disclosures: [...good.disclosures, ...good.disclosures] },
          /not the one that the event committed to/,
        ],
      ];
      for (const [what, event, message] of changed) {
        const { status, report } = run(
          await textOf(writeBundle({ policy, checkpoints: [], events: [event] })),
        );
        expect([what, status]).toEqual([what, 1]);
        expect(report.problems.join('\n')).toMatch(message);
        expect(report.events).toEqual([]);
      }
      expect(run(await textOf(writeBundle({ policy, checkpoints: [], events: [good] }))).status).toBe(0);
    });

    test('whatever subset of fields is disclosed, both implementations give the same event', async () => {
      const random = seededRandom(9901);
      const chosen = prepared.map(({ vaultEntries }) => vaultEntries.filter(() => random() < 0.5));
      const events = prepared.map(({ leaf }, index) => ({
        leaf,
        proof: proofOf(index, hashes, checkpoint),
        disclosures: (chosen[index] ?? []).map(({ commitment }) => commitment.disclosure),
      }));
      const { status, report } = run(await textOf(writeBundle({ policy, checkpoints: [], events })));
      expect(status).toBe(0);
      expect(report.events).toHaveLength(prepared.length);
      for (const [index, event] of report.events.entries()) {
        const { leaf = new Uint8Array(), disclosures = [] } = events[index] ?? {};
        const own = disclosedEvent(leaf, disclosures);
        expect(event.event).toEqual(own.event);
        expect(event.closed).toBe(own.closed);
        expect(event.disclosed).toEqual((chosen[index] ?? []).map(({ field }) => field).toSorted());
      }
      expect(new Set(report.events.map(({ closed }) => closed)).size).toBeGreaterThan(2);
    });

    test('one bad event does not hide the others, and does not let the bundle pass', async () => {
      const [first, second] = evidence([1, 2], [], checkpoint);
      if (first === undefined || second === undefined) throw new Error('no evidence');
      const events = [{ ...first, leaf: second.leaf }, second];
      const { status, report } = run(await textOf(writeBundle({ policy, checkpoints: [], events })));
      expect(status).toBe(1);
      expect(report.events.map(({ index }) => index)).toEqual([2]);
      expect(report.problems).toHaveLength(1);
    });

    test('two checkpoints of one log that contradict each other are a fork', async () => {
      const forked = checkpointOf([...hashes.slice(0, 12), leafHash(Buffer.from('another past'))], log);
      const events = evidence([3], [], checkpoint);
      const { status, report } = run(await textOf(writeBundle({ policy, checkpoints: [forked], events })));
      expect(status).toBe(1);
      expect(report.problems.join()).toMatch(/forked/);
    });

    test('a policy that is given outranks the one in the bundle', async () => {
      const bundle = await textOf(
        writeBundle({ policy, checkpoints: [], events: evidence([3], [], checkpoint) }),
      );
      const trusted = join(directory, 'trusted.policy');
      writeFileSync(trusted, policy);
      expect(run(bundle, '--policy', trusted)).toMatchObject({
        status: 0,
        report: { trust: 'policy given' },
      });
      writeFileSync(trusted, `log ${vkey(signer('custos.example/security', 1))}\nquorum none\n`);
      expect(run(bundle, '--policy', trusted).status).toBe(1);
    });

    test('the quorum of witnesses is enforced, through groups, and an unknown kind of cosignature counts for nothing', async () => {
      const witnesses = ['w1', 'w2', 'w3'].map((name) => signer(`${name}.example`, 4));
      const [w1, w2, w3] = witnesses;
      if (w1 === undefined || w2 === undefined || w3 === undefined) throw new Error('no witnesses');
      const quorum = [
        '# two of three',
        `log ${vkey(log)}`,
        ...witnesses.map((one, index) => `witness w${index + 1}\t${vkey(one)} https://w${index + 1}.example`),
        'group pair all w1 w2',
        'group top any pair w3',
        'quorum top',
        '',
      ].join('\n');
      const attempt = async (cosigned: string) => {
        const events = evidence([3], [], cosigned);
        return run(await textOf(writeBundle({ policy: quorum, checkpoints: [], events })));
      };
      expect((await attempt(checkpoint)).status).toBe(1);
      expect((await attempt(checkpointOf(hashes, log, [w1]))).status).toBe(1);
      expect(await attempt(checkpointOf(hashes, log, [w1, w2]))).toMatchObject({
        status: 0,
        report: { checkpoints: [{ witnesses: ['w1', 'w2'] }] },
      });
      expect((await attempt(checkpointOf(hashes, log, [w3]))).status).toBe(0);
      expect((await attempt(checkpointOf(hashes, log, [signer('w3.example', 4)]))).status).toBe(1);
      const forged = checkpointOf(hashes, log, [{ ...w3, key: signer('x', 4).key }]);
      expect((await attempt(forged)).report.problems.join()).toMatch(
        /signature of w3\.example on a checkpoint is wrong/,
      );
      const unknown = { ...w3, type: 6 };
      const ofUnknown = quorum.replace(vkey(w3), vkey(unknown));
      const bundle = writeBundle({
        policy: ofUnknown,
        checkpoints: [],
        events: evidence([3], [], checkpointOf(hashes, log, [unknown])),
      });
      expect(run(await textOf(bundle)).status).toBe(1);
    });

    test('what is not a bundle is told apart from one that does not verify', async () => {
      const good = await textOf(
        writeBundle({ policy, checkpoints: [], events: evidence([3], [], checkpoint) }),
      );
      const wrong = [
        '',
        '[]',
        '{}',
        good.replace('custos-evidence/1', 'custos-evidence/9'),
        good.replace('quorum none', 'quorum nobody'),
        good.replace('quorum none', 'quorum none\\nquorum none'),
        good.replace(/"events": \[[^]*$/, '"events": []}'),
        good.replace('"format"', '"format": 1, "format"'),
      ];
      for (const text of wrong) {
        const { status, stderr } = run(text);
        expect([text.slice(0, 60), status]).toEqual([text.slice(0, 60), 2]);
        expect(stderr).toMatch(/cannot verify/);
        expect(stderr).not.toContain('Traceback');
      }
      expect(spawnSync(python ?? '', ['-B', verifier]).status).toBe(2);
      expect(spawnSync(python ?? '', ['-B', verifier, join(directory, 'absent.json')]).status).toBe(2);
    });

    test('no damaged bundle passes and none makes the verifier fall over', async () => {
      const random = seededRandom(20_260_131);
      const whole = await textOf(
        writeBundle({ policy, checkpoints: [checkpoint], events: evidence([4, 9], ['address'], checkpoint) }),
      );
      const bytes = Buffer.from(whole);
      const damaged = Array.from({ length: 300 }, () => {
        const copy = Buffer.from(bytes);
        const at = Math.floor(random() * copy.length);
        const kind = random();
        if (kind < 0.6) {
          copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
          return copy;
        }
        const end = Math.min(copy.length, at + 1 + Math.floor(random() * 40));
        return kind < 0.8
          ? Buffer.concat([copy.subarray(0, at), copy.subarray(end)])
          : Buffer.concat([copy.subarray(0, end), copy.subarray(at)]);
      });
      const code = [
        'for line in sys.stdin:',
        '  try:',
        '    report = verify.verify_bundle(verify.from_json(base64.b64decode(line), "the bundle"))',
        '    print(json.dumps(report) if report["verified"] else "refused")',
        '  except (verify.Unreadable, verify.NotVerified): print("refused")',
        '  except Exception as error: print("fell over", repr(error))',
      ].join('\n');
      const verdicts = runPython(code, damaged.map((each) => each.toString('base64')).join('\n'))
        .trim()
        .split('\n');
      expect(verdicts).toHaveLength(damaged.length);
      expect(verdicts.filter((verdict) => verdict.startsWith('fell over'))).toEqual([]);
      // Damage that changes no event may pass: white space, a disclosure that is lost, the copy of the checkpoint.
      const truth = new Map(run(whole).report.events.map(({ index, event }) => [index, event as object]));
      const passed = verdicts.filter((verdict) => verdict !== 'refused');
      for (const { index, event } of passed.flatMap((verdict) => (JSON.parse(verdict) as Report).events)) {
        const { address: _address, ...closed } = truth.get(index) as { address?: unknown };
        expect([truth.get(index), closed]).toContainEqual(event);
      }
      expect(passed.length).toBeLessThan(15);
    });

    test('an event cannot steer the terminal of whoever reads the report', async () => {
      const leaf = Buffer.from(JSON.stringify({ v: 1, id: '\u001b[2J\u009b', type: 'x', details: {} }));
      const note = checkpointOf([leafHash(leaf)], log);
      const bundle = await textOf(
        writeBundle({
          policy,
          checkpoints: [],
          events: [{ leaf, proof: proofOf(0, [leafHash(leaf)], note), disclosures: [] }],
        }),
      );
      const path = join(directory, 'steer.json');
      writeFileSync(path, bundle);
      const { stdout, status } = spawnSync(python ?? '', ['-B', verifier, path], { encoding: 'utf8' });
      expect(status).toBe(0);
      expect(stdout).toContain('VERIFIED');
      expect(stdout).not.toContain('\u001b');
      expect(stdout).not.toContain('\u009b');
    });
  },
);
