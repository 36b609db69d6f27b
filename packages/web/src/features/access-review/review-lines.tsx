import type { AccessReviewView, ReviewLineView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rolesQuery, useCan, useSession } from '../../data/queries.ts';
import { count, roleWords } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './access-review.module.css';
import { useDecide } from './queries.ts';
import { RevokeDialog } from './revoke-dialog.tsx';

/** The lines of a review, each to be kept or revoked. */
export function ReviewLines({
  review,
  lines,
}: {
  review: AccessReviewView;
  lines: readonly ReviewLineView[];
}) {
  const me = useSession();
  const may = useCan('user.manage') && review.state === 'open';
  const titles = new Map(useQuery(rolesQuery).data?.items.map((role) => [role.name, role.title]));
  const decide = useDecide(review.id);
  const [revoking, setRevoking] = useState<ReviewLineView | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // Of a token its owner’s address is there.
  const isOwn = (line: ReviewLineView): boolean => line.subject === me?.userId || line.email === me?.email;
  const toggle = (id: string): void =>
    setChosen((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const keepable = lines.filter((line) => chosen.has(line.id) && line.decision === null && !isOwn(line));

  const columns: Column<ReviewLineView>[] = [
    {
      title: 'Who or what',
      main: true,
      render: (line) => (
        <>
          {line.name}{' '}
          <span className="faint">
            {line.kind === 'token' ? 'token' : null}
            {line.disabled ? 'disabled' : null}
          </span>
        </>
      ),
    },
    {
      title: 'E-mail',
      render: (line) => <span className="quiet">{line.email}</span>,
    },
    {
      title: 'Has',
      render: (line) => (
        <span title={line.permissions.join(', ')}>
          {titles.get(line.role) ?? roleWords(line.role)}{' '}
          <span className="faint">{count(line.permissions.length, 'permission')}</span>
          {line.teams.length === 0 ? null : <span className="faint"> · {line.teams.join(', ')}</span>}
        </span>
      ),
    },
    { title: 'Last used', width: '100px', render: (line) => <Ago at={line.lastUsedAt} empty="never" /> },
    {
      title: 'Decision',
      width: '190px',
      align: 'right',
      render: (line) => {
        if (line.decision === 'revoke') {
          return (
            <span className={classes['revoked']} title={line.note ?? ''}>
              revoked
            </span>
          );
        }
        if (isOwn(line) && may && line.decision === null) {
          return <span className="faint">somebody else decides about you</span>;
        }
        if (!may) return line.decision === 'keep' ? 'kept' : <span className="faint">not decided</span>;
        return (
          <span className={classes['decide']}>
            <Button
              size="compact-xs"
              variant="default"
              data-chosen={line.decision === 'keep' || undefined}
              aria-pressed={line.decision === 'keep'}
              disabled={decide.isPending}
              aria-label={`${line.decision === 'keep' ? 'Kept' : 'Keep'} ${line.name}`}
              onClick={() => decide.mutate([{ line: line.id, decision: 'keep', note: '' }])}
            >
              {line.decision === 'keep' ? 'Kept' : 'Keep'}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              disabled={decide.isPending}
              aria-label={`Revoke ${line.name}`}
              onClick={() => setRevoking(line)}
            >
              Revoke
            </Button>
          </span>
        );
      },
    },
  ];
  return (
    <>
      {keepable.length === 0 ? null : (
        <div className={classes['bulk']} role="status">
          {count(keepable.length, 'line')} chosen
          <Button
            size="compact-xs"
            loading={decide.isPending}
            onClick={() =>
              decide.mutate(
                keepable.map(({ id }) => ({ line: id, decision: 'keep', note: '' })),
                { onSettled: () => setChosen(new Set()) },
              )
            }
          >
            Keep them
          </Button>
        </div>
      )}
      <List
        label="Lines of the review"
        items={lines}
        columns={columns}
        {...(may ? { selection: { ids: chosen, toggle } } : {})}
      />
      {revoking === null ? null : (
        <RevokeDialog
          line={revoking}
          onCancel={() => setRevoking(null)}
          onRevoke={(note) => {
            decide.mutate([{ line: revoking.id, decision: 'revoke', note }]);
            setRevoking(null);
          }}
        />
      )}
    </>
  );
}
