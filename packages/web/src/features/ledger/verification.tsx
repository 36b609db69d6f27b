import type { LedgerStatusView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useCan } from '../../data/queries.ts';
import { count, duration } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { Ago, Since } from '../../ui/time.tsx';
import classes from './ledger.module.css';
import { CurrentMark } from './mark.tsx';
import { useVerifyAll } from './queries.ts';

type State = NonNullable<LedgerStatusView['verification']>;

const words = {
  running: ['unknown', 'Running'],
  ok: ['up', 'Nothing wrong was found'],
  failed: ['down', 'Something is wrong'],
} as const;

function Outcome({ verification }: { verification: State }) {
  const [status, word] = words[verification.state];
  const running = verification.state === 'running';
  return (
    <>
      <Facts
        facts={[
          [
            'Result',
            <span key="result" className={classes['state']} role="status">
              <CurrentMark status={status} /> {word}
            </span>,
          ],
          ['Entries', count(verification.entries, 'entry', 'entries')],
          ['Begun', <Ago key="begun" at={verification.startedAt} />],
          [
            running ? 'Running for' : 'Took',
            running ? (
              <Since key="since" at={verification.startedAt} />
            ) : verification.durationMs === null ? (
              '–'
            ) : (
              duration(verification.durationMs)
            ),
          ],
        ]}
      />
      {verification.findings.length === 0 ? null : (
        <ul className={classes['findings']} aria-label="Findings">
          {verification.findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The last verification of everything, from the journal up, and a way to begin another. */
export function WholeVerification({ verification }: { verification: LedgerStatusView['verification'] }) {
  const may = useCan('ledger.manage');
  const verify = useVerifyAll();
  return (
    <Section title="Verification of everything">
      {verification === null ? (
        <p className={classes['note']}>
          Not yet. It reads every entry from the journal up and compares hashes, tiles and signatures.
        </p>
      ) : (
        <Outcome verification={verification} />
      )}
      {may ? (
        <div className={classes['acts']}>
          <Button
            size="xs"
            leftSection={<IconShieldCheck size={14} />}
            loading={verify.isPending || verification?.state === 'running'}
            onClick={() => verify.mutate(undefined)}
          >
            Verify all
          </Button>
        </div>
      ) : null}
    </Section>
  );
}
