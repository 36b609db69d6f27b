import type { AfterCommit } from '../base/after-commit.ts';
import type { Clock } from '../base/clock.ts';
import { invalidInput, type FieldFault } from '../base/errors.ts';
import type { State, StateTx } from '../storage/state/state.ts';
import type { SecretStore } from './probe-secrets.ts';
import { beginEdit, loadDefinitions, type Definitions } from './store.ts';
import type { ProbeObserver } from './types.ts';

/** What an edit of definitions works with. */
export interface EditScope {
  readonly tx: StateTx;
  /** Everything as it is, with no other edit under way. */
  readonly definitions: Definitions;
  readonly now: number;
  readonly secrets: SecretStore;
  readonly observer: ProbeObserver;
  /** Runs a step once the edit is durable. */
  afterCommit(step: AfterCommit): void;
}

/** Runs an edit in one transaction, then brings this and every other node up to date. */
export type Edit = <Result>(work: (scope: EditScope) => Promise<Result>) => Promise<Result>;

export interface EditorOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  readonly observer: ProbeObserver;
  /** Called after each commit, before the edit resolves. */
  readonly changed: () => Promise<void>;
}

export function createEditor({ state, clock, secrets, observer, changed }: EditorOptions): Edit {
  return async (work) => {
    let steps: AfterCommit[] = [];
    const result = await state.transaction(async (tx) => {
      steps = [];
      await beginEdit(tx);
      const definitions = await loadDefinitions(tx);
      return work({
        tx,
        definitions,
        now: clock.now(),
        secrets,
        observer,
        afterCommit: (step) => steps.push(step),
      });
    });
    for (const step of steps) step();
    await changed();
    return result;
  };
}

/** Stops an edit that has faults. */
export function refuse(faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw invalidInput(faults);
}
