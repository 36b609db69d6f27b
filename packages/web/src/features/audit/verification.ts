import type { AuditEventDetail } from '@custos/contract';
import {
  createTileVerifier,
  verifyReceipt,
  type CheckpointStore,
  type FetchResource,
  type Problem,
} from '@custos/client/ledger';
import type { KeyMemory } from './remembered.ts';
import { stepNames, type Step, type StepName } from './verdict.ts';
import { bytesOf, hexOf, leafOf, mismatchesOf } from './leaf.ts';

/** The log that an event is in, as the browser reaches it and trusts it. */
export interface ProvingLog {
  readonly origin: string;
  readonly vkey: string;
  /** True when the key was typed in, and did not come from the server that is checked. */
  readonly ownKey: boolean;
  readonly policy: string;
  readonly fetch: FetchResource;
  readonly checkpoints: CheckpointStore;
  readonly keys: KeyMemory;
  /** Between two looks at a checkpoint that is due, ms; a second unless told. */
  readonly waitMs?: number;
}

const signingMs = 1000;
const mostWaits = 5;

type Found = Omit<Step, 'name'>;

const codesOfUnknown = new Set<Problem['code']>(['unsupported']);

function refused(problem: Problem): Found {
  return { state: codesOfUnknown.has(problem.code) ? 'unknown' : 'failed', text: problem.reason };
}

const entries = (amount: number): string =>
  `${amount.toLocaleString('en')} ${amount === 1 ? 'entry' : 'entries'}`;

/** What needs the bytes cannot be done without them; that says nothing against the event. */
const withheld: Found = {
  state: 'unknown',
  text: 'The bytes of this entry hold personal data that you may not see, so they were not sent. Ask somebody with the permission pii.read to verify it.',
};

async function hashFound(event: AuditEventDetail): Promise<Found> {
  const leaf = leafOf(event);
  if (leaf === undefined) return { state: 'failed', text: 'The entry did not arrive as bytes in base64.' };
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    return {
      state: 'unknown',
      text: 'This browser offers no cryptography here; it does on pages over HTTPS and on localhost.',
    };
  }
  const prefixed = new Uint8Array(leaf.length + 1);
  prefixed.set(leaf, 1);
  const own = hexOf(new Uint8Array(await subtle.digest('SHA-256', prefixed)));
  const stated = bytesOf(event.proof.leafHash);
  const same = stated !== undefined && own === hexOf(stated);
  return {
    state: same ? 'passed' : 'failed',
    text: same
      ? `Your browser hashed the ${leaf.length.toLocaleString('en')} bytes of the entry and got the hash that the server states.`
      : 'Your browser hashed the entry and got another hash than the server states. One of the two was changed.',
    values: same
      ? [['SHA-256', own]]
      : [
          ['Computed here', own],
          ['Stated', stated === undefined ? event.proof.leafHash : hexOf(stated)],
        ],
  };
}

function shownFound(event: AuditEventDetail): Found {
  const mismatches = mismatchesOf(event);
  if (mismatches === undefined)
    return { state: 'failed', text: 'The entry is not an event that can be read.' };
  return mismatches.length === 0
    ? { state: 'passed', text: 'Every field that is shown above is in the bytes of the entry, unchanged.' }
    : {
        state: 'failed',
        text: `These fields are shown differently from what the log keeps: ${mismatches.join(', ')}.`,
      };
}

function keyFound(log: ProvingLog): Found {
  const [name = ''] = log.vkey.split('+');
  const values = [['Key', log.vkey]] as const;
  if (name !== log.origin) {
    return { state: 'failed', text: `The key is of ${name || 'nobody'} and not of ${log.origin}.`, values };
  }
  if (log.ownKey) {
    return { state: 'passed', text: 'You gave this key yourself, so the log has no say in it.', values };
  }
  const before = log.keys.load(log.origin);
  if (before !== null && before !== log.vkey) {
    return {
      state: 'failed',
      text: 'The log now shows another key than this browser saw before. Unless you know why, do not trust it.',
      values: [...values, ['Seen before', before]],
    };
  }
  return {
    state: 'passed',
    text:
      before === null
        ? 'This browser sees the key for the first time and will notice if it changes. It came from this server: compare it with one that you got elsewhere.'
        : 'It is the key that this browser saw here before.',
    values,
  };
}

/** Verifies one event in this browser, step by step; a step that fails does not keep later ones from being told. */
export async function verifyEvent(
  event: AuditEventDetail,
  log: ProvingLog,
  tell: (step: Step) => void,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const verifier = createTileVerifier({ fetch: log.fetch, vkey: log.vkey, store: log.checkpoints });
  const { index } = event.place;
  const leaf = leafOf(event) ?? new Uint8Array();

  const isWithheld = event.proof.leaf === null;
  const works: Readonly<Record<StepName, () => Promise<Found> | Found>> = {
    shown: () => (isWithheld ? withheld : shownFound(event)),
    leaf: () => (isWithheld ? withheld : hashFound(event)),
    key: () => keyFound(log),
    async checkpoint() {
      let verdict = await verifier.checkpoint();
      // The log signs about once a second; an event that is younger than that has to wait for it.
      for (let tries = 0; tries < mostWaits && verdict.verified; tries += 1) {
        if (verdict.checkpoint.size > index) break;
        await new Promise((resolve) => setTimeout(resolve, log.waitMs ?? signingMs));
        verdict = await verifier.checkpoint();
      }
      if (!verdict.verified) return refused(verdict);
      const { checkpoint, continues } = verdict;
      if (checkpoint.size <= index) {
        return {
          state: 'failed',
          text: `The log signed ${entries(checkpoint.size)}, and entry ${index.toLocaleString('en')} is not among them.`,
        };
      }
      return {
        state: 'passed',
        text:
          `The log signed ${entries(checkpoint.size)} with that key` +
          (continues === null
            ? '. This browser remembers it from now on.'
            : `, and they continue the ${entries(continues)} that this browser saw signed before: nothing was taken away or rewritten since.`),
        values: [['Root', hexOf(checkpoint.root)]],
      };
    },
    async inclusion() {
      if (isWithheld) return withheld;
      const verdict = await verifier.verifyEntry(index, leaf);
      if (!verdict.verified) return refused(verdict);
      return {
        state: 'passed',
        text: `The tiles of the log lead from these exact bytes, entry ${index.toLocaleString('en')}, to the root that it signed.`,
      };
    },
    async stored() {
      if (isWithheld) return withheld;
      const verdict = await verifier.readEntry(index);
      if (!verdict.verified) {
        return verdict.code === 'missing'
          ? {
              state: 'absent',
              text: 'The log keeps only the hash of this entry now. Its content was past its retention.',
            }
          : refused(verdict);
      }
      const same = verdict.leaf.length === leaf.length && verdict.leaf.every((byte, at) => byte === leaf[at]);
      return same
        ? { state: 'passed', text: 'The log was asked for the entry anew and gave the same bytes.' }
        : { state: 'failed', text: 'The log was asked for the entry anew and gave other bytes.' };
    },
    async receipt() {
      if (isWithheld) return withheld;
      const { receipt } = event.proof;
      if (receipt === null) {
        return {
          state: 'absent',
          text: 'There is none yet; it comes with the next checkpoint, in about a second.',
        };
      }
      const verdict = await verifyReceipt({ receipt, leaf, policy: log.policy });
      if (!verdict.verified) return refused(verdict);
      if (verdict.index !== index || verdict.checkpoint.origin !== log.origin) {
        return { state: 'failed', text: 'The receipt is of another entry.' };
      }
      const names = verdict.checkpoint.witnesses.map(({ name }) => name);
      return {
        state: 'passed',
        text:
          'It proves the same offline, by the policy of this installation. ' +
          (names.length === 0
            ? 'No witness signed it: whoever holds the key of the log could keep a second history.'
            : `Signed by ${names.join(', ')} too, so a second history could not be shown to them.`),
      };
    },
  };

  for (const name of stepNames) {
    tell({ name, state: 'running', text: '' });
    let found: Found;
    try {
      found = await works[name]();
    } catch (error) {
      found = {
        state: 'unknown',
        text: `It could not be checked: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
    const step = { name, ...found };
    steps.push(step);
    tell(step);
  }
  // Only what was verified with is worth remembering.
  if (!log.ownKey && steps.every(({ state }) => state === 'passed' || state === 'absent')) {
    log.keys.save(log.origin, log.vkey);
  }
  return steps;
}
