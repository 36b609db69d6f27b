import { Button } from '@mantine/core';
import { useRef } from 'react';
import classes from './list.module.css';
import { useMoreNear } from './more-near.ts';

/** The end of a list that goes on as one comes near it, also for those who press. */
export function ListEnd({ query }: { query: Parameters<typeof useMoreNear>[1] }) {
  const end = useRef<HTMLDivElement>(null);
  useMoreNear(end, query);
  return (
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
  );
}
