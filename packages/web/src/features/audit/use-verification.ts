import type { AuditEventDetail } from '@custos/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { explain } from '../../data/problem.ts';
import { eventQuery, ledgerQuery, logResources } from './queries.ts';
import { rememberedCheckpoints, rememberedKeys } from './remembered.ts';
import type { Step } from './verdict.ts';

/** How far the verification of an event is. */
export interface Verification {
  readonly state: 'idle' | 'running' | 'done';
  readonly steps: readonly Step[];
  /** Why it could not begin. */
  readonly problem: string | null;
}

const idle: Verification = { state: 'idle', steps: [], problem: null };

/** Verifies an event in this browser, with the log's own key or with one that was got elsewhere. */
export function useVerification(event: AuditEventDetail) {
  const [verification, setVerification] = useState(idle);
  const cache = useQueryClient();
  const run = useRef(0);

  async function work(ownKey: string, tell: (step: Step) => void): Promise<void> {
    // The code of verification comes when it is wanted; status and receipt are those of now.
    const [{ verifyEvent }, status, shown] = await Promise.all([
      import('./verification.ts').catch((cause: unknown) => {
        throw new Error('What verifies could not be loaded. Is there a connection?', { cause });
      }),
      cache.fetchQuery({ ...ledgerQuery, staleTime: 0 }),
      event.proof.receipt === null ? cache.fetchQuery({ ...eventQuery(event.id), staleTime: 0 }) : event,
    ]);
    const log = status.logs.find(({ origin }) => origin === shown.proof.origin);
    if (log === undefined) throw new Error(`The ledger has no log of the name ${shown.proof.origin}.`);
    await verifyEvent(
      shown,
      {
        origin: log.origin,
        vkey: ownKey === '' ? (log.verifierKeys[0] ?? '') : ownKey,
        ownKey: ownKey !== '',
        policy: status.policy,
        fetch: logResources(log.origin),
        checkpoints: rememberedCheckpoints,
        keys: rememberedKeys,
      },
      tell,
    );
  }

  async function start(ownKey: string): Promise<void> {
    run.current += 1;
    const mine = run.current;
    const change = (next: (now: Verification) => Verification): void => {
      if (run.current === mine) setVerification(next);
    };
    change(() => ({ ...idle, state: 'running' }));
    try {
      await work(ownKey.trim(), (step) =>
        change((now) => ({
          ...now,
          steps: [...now.steps.filter(({ name }) => name !== step.name), step],
        })),
      );
      change((now) => ({ ...now, state: 'done' }));
    } catch (error) {
      change((now) => ({ ...now, state: 'done', problem: explain(error).detail }));
    }
  }

  return { verification, start };
}
