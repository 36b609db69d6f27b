import type { Overview } from '@custos/contract';
import { useIsCurrent, useLiveState } from '../../../data/live-state.ts';
import { StatusMark } from '../../../ui/status.tsx';
import { Since } from '../../../ui/time.tsx';
import { asideOf, sentenceOf } from '../sentence.ts';
import classes from './overview.module.css';

/** The state of everything in one sentence. Offline it says how old it is and is never green. */
export function Headline({ overview }: { overview: Overview }) {
  const current = useIsCurrent();
  const { heardAt } = useLiveState();
  const sentence = sentenceOf(overview);
  return (
    <header className={classes['headline']} data-status={current ? sentence.status : 'unknown'}>
      <span className={classes['headMark']}>
        <StatusMark status={current ? sentence.status : 'unknown'} size={20} />
      </span>
      <div aria-live="polite">
        <h2>{current ? sentence.text : `Last known: ${sentence.text}`}</h2>
        <p>
          {current ? (
            asideOf(overview).join('  ·  ')
          ) : (
            <>
              No connection for <Since at={heardAt} />. Checks and pages go on without this browser.
            </>
          )}
        </p>
      </div>
    </header>
  );
}
