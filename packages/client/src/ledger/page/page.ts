import { verifyBundle, type BundleReport, type UnreadableBundle } from '../bundle.ts';
import { button, element } from './element.ts';
import { eventList, openAllEvents } from './event-view.ts';
import { trustNote, trustView } from './trust-view.ts';
import { visibleText } from './visible-text.ts';
import { count } from './words.ts';

/** Larger files than this do not fit into the text of a browser. */
const fileLimitBytes = 400_000_000;

interface Given {
  readonly name: string;
  readonly text: string;
}

/** What is being checked: the bundle inside the page, or one that was dropped on it. */
const shown: { bundle: Given | null; policy: Given | null } = { bundle: null, policy: null };

const main = document.querySelector('main') as HTMLElement;
const status = document.querySelector('[role=status]') as HTMLElement;

function verdictView(report: BundleReport | UnreadableBundle, bundle: Given): HTMLElement {
  const [state, title, sentence] = verdictOf(report);
  return element('header', { class: `verdict ${state}` }, [
    element('span', { class: 'shape', 'aria-hidden': 'true' }, [
      state === 'yes' ? '✓' : state === 'no' ? '✕' : '?',
    ]),
    element('div', {}, [
      element('h1', { tabindex: '-1' }, [title]),
      element('p', {}, [visibleText(sentence)]),
      element('p', { class: 'file' }, [visibleText(bundle.name)]),
    ]),
  ]);
}

function verdictOf(
  report: BundleReport | UnreadableBundle,
): [state: string, title: string, sentence: string] {
  if (report.status === 'unreadable') return ['unknown', 'Cannot be checked', report.reason];
  const events = report.events.length;
  const proven = report.events.filter(({ verified }) => verified);
  const disclosed = proven.reduce((sum, one) => sum + (one.verified ? one.disclosed.length : 0), 0);
  const closed = proven.reduce((sum, one) => sum + (one.verified ? one.closed : 0), 0);
  if (report.status === 'verified') {
    const are = events === 1 ? 'is in the log exactly as it is' : 'are in the log exactly as they are';
    return [
      'yes',
      'Verified',
      `${count(events, 'event')} ${are} shown here. ${count(disclosed, 'field')} disclosed, ${count(closed, 'field')} closed.`,
    ];
  }
  const bad = events - proven.length;
  const which =
    bad === 0
      ? 'Every event is proven, but a checkpoint is not.'
      : `${bad} of ${count(events, 'event')} not proven.`;
  return ['no', 'Not verified', `${which} Do not rely on this bundle as a whole.`];
}

function firstUse(): HTMLElement[] {
  return [
    element('header', { class: 'verdict unknown' }, [
      element('span', { class: 'shape', 'aria-hidden': 'true' }, ['?']),
      element('div', {}, [
        element('h1', { tabindex: '-1' }, ['Drop the evidence here']),
        element('p', {}, [
          'This page checks evidence out of a Custos audit log: drop the bundle.json that came with it anywhere, or open it with the button above. Nothing leaves this computer.',
        ]),
      ]),
    ]),
  ];
}

let round = 0;

/** Checks what is given and shows the verdict; a later call outruns an earlier one. */
async function check(): Promise<void> {
  round += 1;
  const own = round;
  const { bundle, policy } = shown;
  if (bundle === null) {
    main.replaceChildren(...firstUse());
    return;
  }
  status.textContent = 'Checking…';
  const report = await verifyBundle(bundle.text, {
    policy: policy?.text,
    onProgress(done, of) {
      if (own === round) status.textContent = `Checked ${done.toLocaleString('en')} of ${count(of, 'event')}`;
    },
  });
  if (own !== round) return;
  const verdict = verdictView(report, bundle);
  document.title = `${verdict.querySelector('h1')?.textContent ?? ''} · Custos evidence`;
  document.documentElement.dataset['verdict'] = report.status;
  status.textContent = '';
  if (report.status === 'unreadable') {
    main.replaceChildren(verdict);
    return;
  }
  const parts = [
    verdict,
    trustNote(report, policy?.name ?? null),
    eventList(
      'Not proven',
      report.events.filter(({ verified }) => !verified),
    ),
    eventList(
      'Verified events',
      report.events.filter(({ verified }) => verified),
    ),
    trustView(report),
  ];
  main.replaceChildren(...parts.filter((part) => part !== undefined));
}

/** Takes a file: a bundle is JSON, everything else is meant as a policy. */
async function take(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  if (file.size > fileLimitBytes) {
    status.textContent = `That file is too large for a browser. Check it with verify.py.`;
    return;
  }
  const given = { name: file.name, text: await file.text() };
  if (/^\s*[{[]/.test(given.text)) shown.bundle = given;
  else shown.policy = given;
  await check();
  (document.querySelector('h1') as HTMLElement | null)?.focus();
}

function picker(label: string, accept: string): HTMLElement[] {
  const input = element('input', { type: 'file', accept, hidden: '', 'aria-label': label });
  input.addEventListener('change', () => {
    void take(input.files?.[0]);
    input.value = '';
  });
  return [button(label, () => input.click()), input];
}

document
  .querySelector('nav')
  ?.append(
    ...picker('Open a bundle…', '.json,application/json'),
    ...picker('Use my policy…', '.policy,.txt,text/plain'),
  );
addEventListener('dragover', (event) => {
  event.preventDefault();
  document.documentElement.classList.add('dropping');
});
addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.documentElement.classList.remove('dropping');
});
addEventListener('drop', (event) => {
  event.preventDefault();
  document.documentElement.classList.remove('dropping');
  void take(event.dataTransfer?.files[0]);
});
addEventListener('beforeprint', openAllEvents);

const inside = document.getElementById('bundle')?.textContent ?? '';
if (inside.trim() !== '') shown.bundle = { name: 'the bundle inside this page', text: inside };
void check();
