import type { LedgerStatusView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { count, latency } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './ledger.module.css';
import { CurrentMark } from './mark.tsx';
import { useCheckIndex, useRebuildIndex } from './queries.ts';

type Index = LedgerStatusView['index'];

function factsOf(index: Index) {
  const behind = index.logs.reduce((sum, log) => sum + log.behind, 0);
  const indexed = index.logs.reduce((sum, log) => sum + log.indexed, 0);
  const { rebuild, queries, lastCheck, lastError } = index;
  return [
    [
      'Now',
      <span key="now" className={classes['state']}>
        <CurrentMark status={index.state === 'away' ? 'degraded' : 'up'} />
        {index.state === 'away' ? 'Away; searches read the logs themselves' : 'Follows the logs'}
      </span>,
    ],
    [
      'Has',
      `${count(indexed, 'entry', 'entries')}${behind === 0 ? ', all of them' : `, ${behind.toLocaleString('en')} behind`}`,
    ],
    ...(rebuild === null
      ? []
      : [
          [
            'Being made anew',
            <span key="rebuild">
              {rebuild.done.toLocaleString('en')} of {rebuild.total.toLocaleString('en')}, begun{' '}
              <Ago at={rebuild.startedAt} />
              <Meter
                label="How far the index is"
                percent={rebuild.total === 0 ? 100 : (rebuild.done / rebuild.total) * 100}
                warnAt={101}
              />
            </span>,
          ] as const,
        ]),
    [
      'Searches',
      queries.count === 0
        ? 'none yet'
        : `${count(queries.count, 'search', 'searches')}, half within ${latency(queries.p50Ms)}, 95% within ${latency(queries.p95Ms)}`,
    ],
    [
      'Compared with the logs',
      lastCheck === null ? (
        'not yet'
      ) : (
        <span key="check" className={classes['state']}>
          <CurrentMark status={lastCheck.ok ? 'up' : 'down'} />
          {lastCheck.ok ? 'they agree' : count(lastCheck.differing, 'range differs', 'ranges differ')},{' '}
          <Ago at={lastCheck.checkedAt} />
        </span>
      ),
    ],
    ...(lastError === null ? [] : [['Last error', lastError] as const]),
  ] as const;
}

/** The index that searches use. It can be lost and made anew: the logs are what counts. */
export function IndexState({ index }: { index: Index }) {
  const may = useCan('ledger.manage');
  const check = useCheckIndex();
  const rebuild = useRebuildIndex();
  const entries = index.logs.reduce((sum, log) => sum + log.size, 0);
  return (
    <Section title="Index for searches">
      <Facts facts={factsOf(index)} />
      {may ? (
        <div className={classes['acts']}>
          <Button
            variant="default"
            size="xs"
            loading={check.isPending}
            onClick={() => check.mutate(undefined)}
          >
            Compare with the logs
          </Button>
          <ConfirmButton
            label="Make anew"
            title="Make the index anew?"
            confirm="Make it anew"
            loading={rebuild.isPending || index.rebuild !== null}
            onConfirm={() => rebuild.mutate(undefined)}
          >
            {count(entries, 'entry', 'entries')} will be read from the logs. Searches go on meanwhile and are
            slower. Nothing in the logs changes.
          </ConfirmButton>
        </div>
      ) : null}
    </Section>
  );
}
