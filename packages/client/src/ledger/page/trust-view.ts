import type { BundleReport } from '../bundle.ts';
import type { VerifiedCheckpoint } from '../checkpoint-trust.ts';
import { element } from './element.ts';
import { visibleText } from './visible-text.ts';
import { count, hex, utc } from './words.ts';

function witnessLine({ witnesses, uncheckable }: VerifiedCheckpoint): HTMLElement {
  const lines = [
    ...witnesses.map(({ name, seconds }) =>
      element('li', {}, [visibleText(name), ` saw this tree at ${utc(seconds)}`]),
    ),
    ...uncheckable.map((name) =>
      element('li', {}, [
        visibleText(name),
        ' signed in a way that this browser cannot check; it counted for nothing',
      ]),
    ),
  ];
  return lines.length === 0 ? element('span', {}, ['none']) : element('ul', {}, lines);
}

function checkpointView(checkpoint: VerifiedCheckpoint): HTMLElement {
  const term = (name: string): HTMLElement => element('dt', {}, [name]);
  return element('dl', { class: 'checkpoint' }, [
    term('Log'),
    element('dd', {}, [visibleText(checkpoint.origin)]),
    term('Entries'),
    element('dd', {}, [checkpoint.size.toLocaleString('en')]),
    term('Root (SHA-256)'),
    element('dd', { class: 'mono' }, [hex(checkpoint.root)]),
    term('Witnesses'),
    element('dd', {}, [witnessLine(checkpoint)]),
  ]);
}

/** By whose word the verdict holds. */
export function trustNote(report: BundleReport, policyName: string | null): HTMLElement {
  if (report.trust === 'given') {
    return element('p', { class: 'note' }, [
      element('strong', {}, ['Checked by your policy']),
      policyName === null ? '' : element('span', {}, [' ', visibleText(policyName)]),
      '. It outranks the one that came with the bundle.',
    ]);
  }
  return element('p', { class: 'note caution' }, [
    element('strong', {}, ['By the word of whoever made this bundle.']),
    ' The policy, which says whose keys count, came inside it. This shows that the evidence agrees with those keys. To know whose log it is, check with a policy that you got from somewhere else.',
  ]);
}

/** Checkpoints, policy, and what follows from them. */
export function trustView(report: BundleReport): HTMLElement {
  const witnessed =
    report.checkpoints.length > 0 && report.checkpoints.every((one) => one.witnesses.length > 0);
  return element('section', {}, [
    element('h2', {}, [`Checkpoints (${report.checkpoints.length.toLocaleString('en')})`]),
    element('p', {}, [
      report.checkpoints.length === 0
        ? 'No checkpoint of this bundle is signed as the policy asks.'
        : `${count(report.checkpoints.length, 'signed state', 'signed states')} of the log that the events are proven against.`,
    ]),
    ...report.checkpointProblems.map((problem) => element('p', { class: 'why' }, [visibleText(problem)])),
    ...report.checkpoints.slice(0, 100).map(checkpointView),
    element('h2', {}, ['What this proves, and what not']),
    element('ul', {}, [
      element('li', {}, [
        'Every event marked Verified is in the log, at its place, byte for byte as it was hashed when it was recorded; and the log signed that.',
      ]),
      element('li', {}, [
        'Every field marked disclosed is the one that the event committed to then. Closed fields are there and stay unknown.',
      ]),
      element('li', {}, [
        witnessed
          ? 'Witnesses signed the same state of the log, at the times above: a second history could not be shown to them.'
          : 'No witness vouches for it: whoever holds the key of the log could have kept a second history.',
      ]),
      element('li', {}, [
        'It does not prove that what the event says is true, nor that no other events exist. The log shows what was recorded, by whom it says.',
      ]),
    ]),
    element('h2', {}, ['Policy']),
    element('pre', {}, [visibleLines(report.policy)]),
  ]);
}

function visibleLines(text: string): HTMLElement {
  const lines = text
    .trimEnd()
    .split('\n')
    .flatMap((line) => [visibleText(line), '\n']);
  return element('code', {}, lines);
}
