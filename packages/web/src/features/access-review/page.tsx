import type { AccessReviewView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { keys } from '../../data/keys.ts';
import { Paged, usePages } from '../../data/paged.tsx';
import { useCan } from '../../data/queries.ts';
import { useNow } from '../../ui/clock.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { fetchReviews, useStartReview } from './queries.ts';
import { periodWords, thisQuarter } from './words.ts';

const columns: Column<AccessReviewView>[] = [
  { title: 'Quarter', main: true, render: (review) => periodWords(review.period) },
  {
    title: 'State',
    width: '200px',
    render: (review) =>
      review.state === 'signed' ? (
        <span className="quiet">
          signed <Ago at={review.signedAt} />
        </span>
      ) : (
        <>
          {review.lines - review.undecided} of {review.lines} decided
        </>
      ),
  },
  { title: 'Lines', width: '80px', align: 'right', wide: true, render: (review) => review.lines },
  {
    title: 'Revoked',
    width: '110px',
    align: 'right',
    render: (review) => <span className="quiet">{review.revoked} revoked</span>,
  },
  {
    title: 'Due',
    width: '110px',
    align: 'right',
    render: (review) =>
      review.state === 'signed' ? <span className="faint">–</span> : <Ago at={review.dueAt} />,
  },
];

/** The quarterly reviews of who has what. */
export function AccessReviewsPage() {
  const query = usePages({ queryKey: keys.list('access-reviews', {}), fetch: fetchReviews });
  const navigate = useNavigate();
  const may = useCan('user.manage');
  const start = useStartReview();
  const now = useNow(60_000);
  const open = (reviewId: string): void =>
    void navigate({ to: '/access-review/$reviewId', params: { reviewId } });
  const begun = query.data?.some(({ period }) => period === thisQuarter(now)) ?? true;
  const begin =
    may && !begun ? (
      <Button
        size="xs"
        loading={start.isPending}
        onClick={() => start.mutate(undefined, { onSuccess: (review) => open(review.id) })}
      >
        Begin the review of this quarter
      </Button>
    ) : undefined;
  return (
    <Page
      title="Access review"
      lead="Once a quarter: who has what, decided line by line, signed, and kept as evidence."
      actions={begin}
    >
      <Paged
        query={query}
        empty={
          <Empty title="No review yet" icon={<IconListCheck size={22} stroke={1.6} />} action={begin}>
            A review lists every person and every token with what they may do. You keep or revoke each, and
            sign.
          </Empty>
        }
      >
        {(items) => (
          <List label="Access reviews" items={items} columns={columns} onOpen={(review) => open(review.id)} />
        )}
      </Paged>
    </Page>
  );
}
