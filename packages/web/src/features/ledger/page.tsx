import type { LedgerStatusView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { bytes } from '../../ui/format.ts';
import { Figure, Figures, Page } from '../../ui/page.tsx';
import { SkeletonBlock, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { Erasure } from './erasure.tsx';
import { Headline } from './headline.tsx';
import { Health } from './health.tsx';
import { Holds } from './holds.tsx';
import { IndexState } from './index-state.tsx';
import classes from './ledger.module.css';
import { Logs } from './logs.tsx';
import { Egress, Outside } from './outside.tsx';
import { ledgerQuery } from './queries.ts';
import { rateWords } from './sentence.ts';
import { Trust } from './trust.tsx';
import { WholeVerification } from './verification.tsx';

function KeyFigures({ ledger }: { ledger: LedgerStatusView }) {
  const { logs, journalBytes } = ledger;
  const signed = logs.flatMap(({ checkpoint }) => checkpoint?.at ?? []);
  const unsigned = logs.reduce((sum, log) => sum + log.size - (log.checkpoint?.size ?? 0), 0);
  return (
    <Figures>
      <Figure label="Entries" value={logs.reduce((sum, log) => sum + log.size, 0).toLocaleString('en')} />
      <Figure label="Arriving" value={rateWords(logs.reduce((sum, log) => sum + log.perSecond, 0))} />
      <Figure
        label="Last checkpoint"
        value={<Ago at={signed.length === 0 ? null : Math.max(...signed)} empty="none yet" />}
        note={unsigned <= 0 ? 'everything is signed' : `${unsigned.toLocaleString('en')} not signed yet`}
      />
      <Figure
        label="On disk"
        value={bytes(logs.reduce((sum, log) => sum + log.bytes, 0))}
        note={`journal ${bytes(journalBytes)}`}
      />
    </Figures>
  );
}

/** The ledger behind the audit log: whether it is sound, and by whose word. */
export function LedgerPage() {
  const query = useQuery(ledgerQuery);
  const skeleton = (
    <>
      <SkeletonBlock height={32} />
      <div style={{ height: 20 }} />
      <SkeletonBlock height={76} />
      <div style={{ height: 20 }} />
      <SkeletonBlock height={76} />
      <SkeletonRows rows={6} />
    </>
  );
  return (
    <Page title="Ledger" lead="The signed logs behind the audit log.">
      <Loaded query={query} skeleton={skeleton}>
        {(ledger) => (
          <>
            <Headline ledger={ledger} />
            <div className={classes['guarantee']}>
              <strong>What is guaranteed</strong>
              {ledger.guarantee}
            </div>
            <KeyFigures ledger={ledger} />
            <Logs logs={ledger.logs} />
            <div className={classes['columns']}>
              <WholeVerification verification={ledger.verification} />
              <IndexState index={ledger.index} />
            </div>
            <Outside ledger={ledger} />
            <Egress egress={ledger.egress} />
            <Health />
            <Holds logs={ledger.logs.map(({ name }) => name)} />
            <Trust ledger={ledger} />
            <Erasure />
          </>
        )}
      </Loaded>
    </Page>
  );
}
