import type { LogFilter } from '@custos/client';
import type { LogRecordView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useRef, type ReactNode } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { useMoreNear } from '../../ui/more-near.ts';
import { SkeletonRows } from '../../ui/states.tsx';
import classes from './logs.module.css';
import { useRecords } from './queries.ts';
import { RecordList } from './record-list.tsx';

/** Records that fit, newest first, that go on as one scrolls. */
export function RecordsView({
  filter,
  asOf,
  openId,
  empty,
  onOpen,
}: {
  filter: LogFilter;
  asOf: number;
  openId: string | undefined;
  empty: ReactNode;
  onOpen: (record: LogRecordView) => void;
}) {
  const query = useRecords(filter, asOf);
  const end = useRef<HTMLDivElement>(null);
  useMoreNear(end, query);
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={16} height={27} />}>
      {(records) =>
        records.length === 0 ? (
          empty
        ) : (
          <>
            <RecordList records={records} openId={openId} onOpen={onOpen} />
            <div ref={end} className={classes['end']}>
              {query.hasNextPage ? (
                <Button
                  variant="default"
                  size="xs"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  {query.isFetchNextPageError ? 'Try again' : 'Show more'}
                </Button>
              ) : (
                'That is all that fits.'
              )}
            </div>
          </>
        )
      }
    </Loaded>
  );
}
