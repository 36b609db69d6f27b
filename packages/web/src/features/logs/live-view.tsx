import type { LogRecordView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { count } from '../../ui/format.ts';
import { Empty } from '../../ui/states.tsx';
import classes from './logs.module.css';
import { RecordList } from './record-list.tsx';
import type { LogsSearch } from './search.ts';
import { useTail } from './use-tail.ts';

const stateWords = {
  connecting: 'Connecting…',
  live: 'Live: records appear as they come in.',
  ended: 'The live tail has ended. Too many may be open, or it is no longer allowed.',
} as const;

/** Records as they come in. It holds while the pointer is over it or a record is open: nothing moves away. */
export function LiveView({
  search,
  openId,
  onOpen,
}: {
  search: LogsSearch;
  openId: string | undefined;
  onOpen: (record: LogRecordView) => void;
}) {
  const [paused, setPaused] = useState(false);
  const [over, setOver] = useState(false);
  const tail = useTail({
    query: search.query,
    category: search.category,
    held: paused || over || openId !== undefined,
  });
  return (
    <section aria-label="Live tail">
      <div className={classes['live']}>
        <span role="status">
          {paused ? 'Paused.' : stateWords[tail.state]}
          {tail.skipped === 0
            ? ''
            : ` ${count(tail.skipped, 'record')} came too fast to be shown; they are found by a search.`}
        </span>
        {tail.waiting.length === 0 ? null : (
          <Button variant="subtle" size="compact-xs" onClick={tail.release}>
            Show {count(tail.waiting.length, 'new record')}
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
          onClick={() => {
            if (paused) tail.release();
            setPaused(!paused);
          }}
        >
          {paused ? 'Go on' : 'Pause'}
        </Button>
      </div>
      {tail.records.length === 0 ? (
        <Empty title={tail.state === 'live' ? 'Waiting for records' : stateWords[tail.state]}>
          What fits the search is shown here the moment it comes in.
        </Empty>
      ) : (
        <div onPointerEnter={() => setOver(true)} onPointerLeave={() => setOver(false)}>
          <RecordList records={tail.records} openId={openId} onOpen={onOpen} />
        </div>
      )}
    </section>
  );
}
