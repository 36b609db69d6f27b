import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verifyBundle } from '@custos/client/ledger';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from '../../../test/browser.ts';
import { createSigner } from '../log/formats/keys.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import {
  act,
  bytesOf,
  login,
  openEvidenceIn,
  python,
  runPython,
  testPolicyText,
  unpacked,
} from './evidence-fixture.ts';
import type { EvidencePlace, EvidenceRequest } from './evidence-places.ts';
import { createEvidence } from './evidence-zip.ts';
import { jsonInHtml, verifierPage } from './page.ts';

const work = mkdtempSync(join(tmpdir(), 'custos-page-'));
let fixture: Awaited<ReturnType<typeof openEvidenceIn>>;
let browser: Browser;
let folders = 0;

beforeAll(async () => {
  fixture = await openEvidenceIn(work);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
  rmSync(work, { recursive: true, force: true });
});

async function exported(request: EvidenceRequest): Promise<{ folder: string; files: Map<string, Buffer> }> {
  folders += 1;
  const folder = join(work, String(folders));
  return { folder, files: unpacked(await bytesOf(await fixture.evidence.export(request)), folder) };
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly impact: string }[];
}

interface OpenPage {
  readonly page: Page;
  /** Everything that the page asked for besides itself, and everything that went wrong in it. */
  readonly trouble: string[];
}

/** Opens a file as somebody without a network does. */
async function open(file: string, size = { width: 1440, height: 900 }): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: size, offline: true });
  const page = await context.newPage();
  const trouble: string[] = [];
  const address = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== address) trouble.push(`asked for ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    trouble.push(`${request.url()} failed: ${request.failure()?.errorText}`);
  });
  page.on('console', (message) => trouble.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, trouble };
}

/** Waits for a verdict and gives what a reader sees. */
async function verdictOf({ page }: OpenPage): Promise<{ verdict: string | undefined; text: string }> {
  await page.waitForFunction('document.documentElement.dataset.verdict !== undefined');
  const verdict = await page.evaluate(() => document.documentElement.dataset['verdict']);
  return { verdict, text: await page.locator('body').innerText() };
}

const closed = async ({ page }: OpenPage): Promise<void> => page.context().close();

describe('the page in a real browser, from a file, without a network', () => {
  test('shows the verdict, the events, what was disclosed, and by whose word', async () => {
    const places = await fixture.record('general', [login(1), login(2), login(3)]);
    const { folder } = await exported({ places, fields: ['address'] });
    const opened = await open(join(folder, 'verify.html'));
    const { verdict, text } = await verdictOf(opened);
    expect(verdict).toBe('verified');
    expect(text).toMatch(
      /Verified\n+3 events are in the log exactly as they are shown here\. 3 fields disclosed, 6 fields closed\./,
    );
    expect(text).toMatch(/By the word of whoever made this bundle/);
    expect(text).toMatch(/address\n203\.0\.113\.2\s*disclosed/);
    expect(text).toMatch(/2 fields stay closed/);
    expect(text).toMatch(/Entry 1 of example\.com\/general, proven in the tree of 3 entries\./);
    expect(text).toMatch(/No witness vouches for it/);
    expect(text).not.toMatch(/Secret Name|secret\.example/);
    expect(opened.trouble).toEqual([]);
    await closed(opened);
  });

  test('whatever fields of whatever events are disclosed, page and Python see the same and nothing else', async () => {
    const people = Array.from({ length: 12 }, (_, number) => login(100 + number));
    const all = await fixture.record('security', people);
    const sealed = ['actor.name', 'address', 'details.login'];
    const valueOf = (number: number): Record<string, string> => ({
      'actor.name': people[number]?.actor.name ?? '',
      address: people[number]?.address ?? '',
      'details.login': people[number]?.details.login ?? '',
    });
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...all.keys()], { minLength: 1 }),
        fc.subarray(sealed),
        async (chosen, fields) => {
          const places = chosen.map((number) => all[number] as EvidencePlace);
          const { folder, files } = await exported({ places, fields });
          if (python !== undefined) {
            const { status, report } = runPython(folder);
            expect(status).toBe(0);
            const own = await verifyBundle(files.get('bundle.json')?.toString() ?? '');
            if (own.status === 'unreadable') throw new Error(own.reason);
            expect(own.events).toMatchObject(report.events);
            expect(report.events.map((one) => one.disclosed)).toEqual(chosen.map(() => fields.toSorted()));
          }
          const opened = await open(join(folder, 'verify.html'));
          const { verdict } = await verdictOf(opened);
          expect(verdict).toBe('verified');
          await opened.page.evaluate(() => dispatchEvent(new Event('beforeprint')));
          const text = await opened.page.locator('body').innerText();
          const everything = [...files.values()].map((bytes) => bytes.toString('latin1')).join('\n');
          const decoded = everything.replaceAll(/[A-Za-z0-9_-]{20,}/g, (part) =>
            Buffer.from(part, 'base64url').toString(),
          );
          for (const number of chosen) {
            for (const [field, value] of Object.entries(valueOf(number))) {
              const isShown = fields.includes(field);
              expect([field, text.includes(value)]).toEqual([field, isShown]);
              expect([field, decoded.includes(JSON.stringify(value))]).toEqual([field, isShown]);
            }
          }
          expect(opened.trouble).toEqual([]);
          await closed(opened);
        },
      ),
      { numRuns: 8 },
    );
  }, 120_000);

  test('a changed event, disclosure or signature is named, the others stay verified', async () => {
    const places = await fixture.record('general', [login(201), login(202), login(203)]);
    const { folder, files } = await exported({ places, fields: ['address'] });
    const bundle = JSON.parse(files.get('bundle.json')?.toString() ?? '') as {
      policy: string;
      checkpoints: string[];
      events: { leaf: string; proof: string; disclosures: string[] }[];
    };
    const [first, second] = bundle.events;
    if (first === undefined || second === undefined) throw new Error('no events');
    const show = async (changed: typeof bundle) => {
      const { before, after } = verifierPage();
      const file = join(folder, 'changed.html');
      writeFileSync(file, before + jsonInHtml(JSON.stringify(changed)) + after);
      const opened = await open(file);
      const shown = await verdictOf(opened);
      expect(opened.trouble).toEqual([]);
      await closed(opened);
      return shown;
    };
    const forged = Buffer.from(
      Buffer.from(second.leaf, 'base64').toString().replace('succeeded', 'attempted'),
    );
    const one = await show({
      ...bundle,
      events: [first, { ...second, leaf: forged.toString('base64') }, ...bundle.events.slice(2)],
    });
    expect(one.verdict).toBe('not_verified');
    expect(one.text).toMatch(/Not verified\n+1 of 3 events not proven/);
    expect(one.text).toMatch(
      /Not proven \(1\)[^]*The event is not at place \d+[^]*Nothing proves it:[^]*Verified events \(2\)/,
    );
    const swapped = await show({
      ...bundle,
      events: [{ ...first, disclosures: second.disclosures }, ...bundle.events.slice(1)],
    });
    expect(swapped.text).toMatch(/The disclosed field address is not the one that the event committed to/);
    const key = bundle.policy.replaceAll(/\+[0-9a-f]{8}\+/g, '+00000000+');
    const wrongPolicy = await show({ ...bundle, policy: key });
    expect(wrongPolicy.verdict).toBe('unreadable');
    expect(wrongPolicy.text).toMatch(/Cannot be checked\n+Line 1 of the policy/);
    const stranger = await show({ ...bundle, policy: 'quorum none\n' });
    expect(stranger.verdict).toBe('not_verified');
    expect(stranger.text).toMatch(/not signed by a log that the policy trusts/);
  });

  test('witnesses are named with their times, and evidence waits for the quorum of the policy', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const witness = createSigner({ name: 'witness.example/w1', type: 4, privateKey });
    const policy = testPolicyText.replace(
      'quorum none',
      `witness neighbour ${witness.verifier.vkey} https://witness.example\nquorum neighbour`,
    );
    const witnessed = createEvidence({
      reader: fixture.ledger.reader,
      vault: fixture.vault,
      clock: fixture.clock,
      policy: () => policy,
    });
    const places = await fixture.record('security', [login(250)]);
    const request = { places, fields: [] };
    await expect(witnessed.export(request)).rejects.toMatchObject({ code: 'evidence_not_ready' });
    const { text } = parseNote(fixture.ledger.reader('security').checkpoint() ?? '');
    expect(fixture.ledger.cosign('security', text, [witness.sign(text, 1_767_225_600)])).toBe(true);
    const folder = join(work, 'witnessed');
    unpacked(await bytesOf(await witnessed.export(request)), folder);
    if (python !== undefined) expect(runPython(folder).status).toBe(0);
    const opened = await open(join(folder, 'verify.html'));
    const { verdict, text: seen } = await verdictOf(opened);
    expect(verdict).toBe('verified');
    expect(seen).toMatch(/Witnesses\nneighbour saw this tree at 2026-01-01 00:00:00 UTC/);
    expect(seen).toMatch(/Witnesses signed the same state of the log/);
    expect(opened.trouble).toEqual([]);
    await closed(opened);
  });

  test('another bundle and a policy from elsewhere can be dropped on it, or chosen with the keyboard', async ({
    task,
  }) => {
    // A second try needs another event.
    const [place] = await fixture.record('general', [login(301 + (task.result?.retryCount ?? 0))]);
    if (place === undefined) throw new Error('nothing recorded');
    const { folder, files } = await exported({ places: [place], fields: [] });
    const empty = join(folder, 'empty.html');
    const { before, after } = verifierPage();
    writeFileSync(empty, before + after);
    const opened = await open(empty);
    const { page } = opened;
    await page.getByRole('heading', { name: 'Drop the evidence here' }).waitFor();
    // The browser has to know in time that the chooser is not to open by itself.
    const choosing = page.waitForEvent('filechooser');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Open a bundle…');
    await page.keyboard.press('Enter');
    const chooser = await choosing;
    await chooser.setFiles(join(folder, 'bundle.json'));
    await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
    const drop = (name: string, text: string) =>
      page.evaluate(
        (file) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([file.text], file.name));
          document.body.dispatchEvent(
            new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
          );
        },
        { name, text },
      );
    await drop('owner.policy', testPolicyText);
    await page.getByText('Checked by your policy').waitFor();
    await drop('other.policy', 'quorum none\n');
    await page.getByRole('heading', { name: 'Not verified' }).waitFor();
    await drop('owner.policy', testPolicyText);
    await page.getByRole('heading', { name: 'Verified', exact: true }).waitFor();
    const text = files.get('bundle.json')?.toString() ?? '';
    await drop('bundle.json', text.replace('"leaf":"', '"leaf":"AAAA'));
    await page.getByRole('heading', { name: 'Not verified' }).waitFor();
    await drop('photo.json', '{}');
    await page.getByRole('heading', { name: 'Cannot be checked' }).waitFor();
    expect(opened.trouble).toEqual([]);
    await closed(opened);
  });

  test('axe finds nothing serious, light and dark, and on a phone nothing is cut off', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const places = await fixture.record('general', [
      login(401),
      act(2, { reference: 'r'.repeat(400), ['n'.repeat(200)]: 'x' }),
    ]);
    const { folder } = await exported({ places, fields: ['address'] });
    for (const colorScheme of ['light', 'dark'] as const) {
      const opened = await open(join(folder, 'verify.html'), { width: 390, height: 844 });
      await opened.page.emulateMedia({ colorScheme });
      await verdictOf(opened);
      const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await opened.page.evaluate(overflow)).toBe(0);
      await opened.page.evaluate(axe);
      const found = await opened.page.evaluate(async () => {
        const { run } = (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe;
        const { violations } = await run();
        return violations.map(({ id, impact }) => `${impact} ${id}`);
      });
      expect([colorScheme, found.filter((line) => /^(serious|critical)/.test(line))]).toEqual([
        colorScheme,
        [],
      ]);
      await closed(opened);
    }
  });

  test('on paper every listed event is open', async () => {
    const people = Array.from({ length: 6 }, (_, number) => login(500 + number));
    const places = await fixture.record('general', people);
    const { folder } = await exported({ places, fields: ['address'] });
    const opened = await open(join(folder, 'verify.html'));
    await verdictOf(opened);
    expect(await opened.page.locator('dd:visible').filter({ hasText: 'usr_50' }).count()).toBe(0);
    await opened.page.emulateMedia({ media: 'print' });
    await opened.page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await opened.page.locator('dd:visible').filter({ hasText: 'usr_50' }).count()).toBe(6);
    expect(await opened.page.locator('nav button:visible').count()).toBe(0);
    await closed(opened);
  });

  test('nothing in an event becomes markup, runs, hides or turns the text around', async () => {
    const evil = {
      script: '</script><script>globalThis.owned = 1</script>',
      comment: '<!--<script>',
      image: '<img src="https://evil.example/x" onerror="globalThis.owned = 2">',
      entity: '&lt;b&gt; &amp;',
      link: 'javascript:globalThis.owned = 3',
      bidi: 'invoice\u202Efdp.exe\u2066x',
      terminal: '\u001b]0;owned\u0007\u001b[2J\u009b31m',
      invisible: 'a\u200Bb\u2028c\u2029d\uFEFFe\u{E0041}',
      '<b onclick=x>': 'as a name',
      'constructor.prototype': { owned: 4 },
      lines: 'one\ntwo',
    };
    const places = await fixture.record('general', [
      act(1, evil, '</script><svg onload="globalThis.owned = 5">\u202Etxt'),
    ]);
    // Events are base64 in a bundle; a policy is not.
    const hostile = createEvidence({
      reader: fixture.ledger.reader,
      vault: fixture.vault,
      clock: fixture.clock,
      policy: () => `# </script><script>globalThis.owned = 6</script><!-- & \u2028\n${testPolicyText}`,
    });
    const folder = join(work, 'hostile');
    const files = unpacked(await bytesOf(await hostile.export({ places, fields: 'all' })), folder);
    const html = files.get('verify.html')?.toString() ?? '';
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    const data = /<script type="application\/json" id="bundle">([^]*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(data).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(data)).toEqual(JSON.parse(files.get('bundle.json')?.toString() ?? ''));
    const opened = await open(join(folder, 'verify.html'));
    const { verdict, text } = await verdictOf(opened);
    expect(verdict).toBe('verified');
    expect(await opened.page.evaluate(() => (globalThis as { owned?: unknown }).owned)).toBeUndefined();
    expect(await opened.page.locator('main img, main svg, main script, main a, main b').count()).toBe(0);
    for (const shown of [evil.script, evil.comment, evil.image, evil.entity, evil.link, '<b onclick=x>']) {
      expect(text).toContain(shown);
    }
    expect(text).toContain('invoice\\u202efdp.exe\\u2066x');
    expect(text).toContain('\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m');
    expect(text).toContain('a\\u200bb\\u2028c\\u2029d\\ufeffe\\u{e0041}');
    expect(text).toContain('one\\u000atwo');
    expect(text.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(opened.trouble).toEqual([]);
    await closed(opened);
  });

  test('the policy of the page lets nothing run or load that was put into it afterwards', async () => {
    const { before, after } = verifierPage();
    const attack = [
      '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" onerror="owned = 1" onload="owned = 2">',
      '<script>globalThis.owned = 3</script>',
      '<style>body { display: none }</style>',
      '<script src="https://evil.example/x.js"></script>',
      '<iframe src="data:text/html,x"></iframe>',
    ].join('');
    const file = join(work, 'attacked.html');
    writeFileSync(file, before + after.replace('</body>', `${attack}</body>`));
    const opened = await open(file);
    await opened.page.getByRole('heading', { name: 'Drop the evidence here' }).waitFor();
    expect(await opened.page.evaluate(() => (globalThis as { owned?: unknown }).owned)).toBeUndefined();
    expect(await opened.page.evaluate(() => getComputedStyle(document.body).display)).toBe('block');
    const refused = await opened.page.evaluate(async () => {
      const tries = [
        () => fetch('data:text/plain,x'),
        async () => {
          document.body.innerHTML = '<p>markup</p>';
        },
      ];
      const results = await Promise.allSettled(tries.map(async (attempt) => attempt()));
      return results.map(({ status }) => status);
    });
    expect(refused).toEqual(['rejected', 'rejected']);
    expect(opened.trouble.some((line) => line.includes('Content Security Policy'))).toBe(true);
    expect(opened.trouble.filter((line) => line.startsWith('https://'))).toEqual([
      'https://evil.example/x.js failed: csp',
    ]);
    await closed(opened);
  });
});
