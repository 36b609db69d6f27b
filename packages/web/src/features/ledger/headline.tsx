import type { LedgerStatusView } from '@custos/contract';
import { useIsCurrent, useLiveState } from '../../data/live-state.ts';
import { StatusMark } from '../../ui/status.tsx';
import { Since } from '../../ui/time.tsx';
import classes from './ledger.module.css';
import { ledgerAside, ledgerSentence } from './sentence.ts';

/** The state of the ledger in one sentence, and why it is not better. Offline it is never green. */
export function Headline({ ledger }: { ledger: LedgerStatusView }) {
  const current = useIsCurrent();
  const { heardAt } = useLiveState();
  const { status, text } = ledgerSentence(ledger);
  return (
    <header className={classes['headline']} data-status={current ? status : 'unknown'}>
      <span>
        <StatusMark status={current ? status : 'unknown'} size={18} />
      </span>
      <div aria-live="polite">
        <h2>{current ? text : `Last known: ${text}`}</h2>
        <p>
          {current ? (
            ledgerAside(ledger).join('  ·  ')
          ) : (
            <>
              No connection for <Since at={heardAt} />.
            </>
          )}
        </p>
        {ledger.reasons.length === 0 ? null : (
          <ul className={classes['reasons']}>
            {ledger.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </div>
    </header>
  );
}
