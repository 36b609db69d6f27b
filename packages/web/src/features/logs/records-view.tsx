import type { LogFilter } from '@custos/client';
import type { LogRecordView } from '@custos/contract';
import type { ReactNode } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { ListEnd } from '../../ui/list-end.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
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
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={16} height={27} />}>
      {(records) =>
        records.length === 0 ? (
          empty
        ) : (
          <>
            <RecordList records={records} openId={openId} onOpen={onOpen} />
            <ListEnd query={query} />
          </>
        )
      }
    </Loaded>
  );
}
