import type { AccessReviewView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { saveFile } from '../../data/files.ts';
import { Loaded } from '../../data/loaded.tsx';
import { formError } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { Meter } from '../../ui/meter.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { absolute, Ago } from '../../ui/time.tsx';
import classes from './access-review.module.css';
import { linesQuery, reviewQuery, useEvidence, useSign } from './queries.ts';
import { ReviewLines } from './review-lines.tsx';
import { linesOf, periodWords, type LineView } from './words.ts';

const route = getRouteApi('/shell/access-review/$reviewId');

const views = [
  ['undecided', 'Undecided'],
  ['all', 'All'],
  ['revoked', 'Revoked'],
] as const satisfies readonly (readonly [LineView, string])[];

/** The signed text as a file; its SHA-256 is the digest on record. */
function Evidence({ review }: { review: AccessReviewView }) {
  const evidence = useEvidence(review.id);
  return (
    <div className={classes['signed']}>
      <p>
        Signed {absolute(review.signedAt ?? 0)}. Nothing in it changes any more; its SHA-256 is in the audit
        log, too.
      </p>
      <CopyText text={review.digest ?? ''} />
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} />}
        loading={evidence.isPending}
        onClick={() =>
          evidence.mutate(undefined, {
            onSuccess: ({ document: text }) =>
              saveFile(
                new Blob([text], { type: 'application/json' }),
                `custos-access-review-${review.period}.json`,
              ),
          })
        }
      >
        Download what was signed
      </Button>
    </div>
  );
}

function Progress({ review }: { review: AccessReviewView }) {
  const may = useCan('user.manage');
  const sign = useSign(review.id);
  const decided = review.lines - review.undecided;
  return (
    <div className={classes['progress']}>
      <div className={classes['share']}>
        <strong>
          {decided} of {review.lines} decided
        </strong>
        <span className="faint">
          due <Ago at={review.dueAt} />
        </span>
        <Meter
          percent={review.lines === 0 ? 0 : (decided / review.lines) * 100}
          label="Decided"
          warnAt={101}
        />
      </div>
      {!may ? null : review.undecided > 0 ? (
        <p className="quiet">It can be signed once every line is decided.</p>
      ) : (
        <ConfirmButton
          label="Sign the review"
          title={`Sign the review of the ${periodWords(review.period)}?`}
          confirm="Sign it"
          loading={sign.isPending}
          onConfirm={() => sign.mutate()}
        >
          {review.lines} lines, {review.revoked} of them revoked. After that nothing in it changes any more,
          and your name stands under it.
        </ConfirmButton>
      )}
      <FormProblem problem={formError(sign.error, [])} />
    </div>
  );
}

/** One review: what was decided, what is left, and the signature. */
export function ReviewPage() {
  const { reviewId } = route.useParams();
  const { show } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(reviewQuery(reviewId));
  const lines = useQuery(linesQuery(reviewId));
  const review = query.data;
  const usual: LineView = review?.state === 'open' ? 'undecided' : 'all';
  const view = views.find(([name]) => name === show)?.[0] ?? usual;
  return (
    <Page
      title={review === undefined ? 'Access review' : `Access review, ${periodWords(review.period)}`}
      lead={
        review === undefined ? undefined : review.state === 'signed' ? 'Signed.' : 'Keep or revoke each line.'
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {(found) => (
          <>
            {found.state === 'signed' ? <Evidence review={found} /> : <Progress review={found} />}
            <FilterBar>
              <Choices
                label="Which lines"
                value={view}
                options={views}
                onChange={(to) =>
                  void navigate({
                    to: '/access-review/$reviewId',
                    params: { reviewId },
                    search: { show: to === usual ? undefined : to },
                    replace: true,
                    resetScroll: false,
                  })
                }
              />
            </FilterBar>
            <Loaded query={lines} skeleton={<SkeletonRows />}>
              {(all) => {
                const shown = linesOf(all, view);
                return shown.length === 0 ? (
                  <Empty title={view === 'undecided' ? 'Every line is decided' : 'No such lines'} />
                ) : (
                  <ReviewLines review={found} lines={shown} />
                );
              }}
            </Loaded>
          </>
        )}
      </Loaded>
    </Page>
  );
}
