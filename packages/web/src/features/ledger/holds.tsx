import type { LegalHoldView } from '@custos/contract';
import { Button, Modal } from '@mantine/core';
import { IconGavel } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { absolute, Ago } from '../../ui/time.tsx';
import { HoldForm } from './hold-form.tsx';
import classes from './ledger.module.css';
import { holdsQuery, useReleaseHold } from './queries.ts';
import { Table, type TableColumn } from './table.tsx';

function timeWords({ from, to }: LegalHoldView): string {
  if (from === null && to === null) return 'all time';
  if (from === null) return `before ${absolute(to ?? 0)}`;
  return to === null ? `from ${absolute(from)}` : `${absolute(from)} to ${absolute(to)}`;
}

function Release({ hold }: { hold: LegalHoldView }) {
  const release = useReleaseHold();
  return (
    <ConfirmButton
      label="Release"
      title="Release this hold?"
      confirm="Release it"
      size="compact-xs"
      loading={release.isPending}
      onConfirm={() => release.mutate(hold.id)}
    >
      Entries of {hold.logs === null ? 'every log' : hold.logs.join(', ')} that are past their retention will
      be removed at the next run, unless another hold keeps them. That cannot be undone.
    </ConfirmButton>
  );
}

function columnsOf(mayRelease: boolean): readonly TableColumn<LegalHoldView>[] {
  return [
    { title: 'Reason', render: (hold) => hold.reason },
    { title: 'Logs', render: (hold) => hold.logs?.join(', ') ?? 'every log' },
    { title: 'Received', render: timeWords },
    {
      title: 'Placed',
      render: (hold) => (
        <>
          <Ago at={hold.placedAt} /> by {hold.placedBy}
        </>
      ),
    },
    {
      title: 'Now',
      render: (hold) =>
        hold.releasedAt === null ? (
          mayRelease ? (
            <Release hold={hold} />
          ) : (
            'stands'
          )
        ) : (
          <span className="faint">
            released <Ago at={hold.releasedAt} /> by {hold.releasedBy ?? 'nobody'}
          </span>
        ),
    },
  ];
}

/** What must not be removed, whatever the retention says. */
export function Holds({ logs }: { logs: readonly string[] }) {
  const query = useQuery(holdsQuery);
  const may = useCan('hold.manage');
  const [placing, setPlacing] = useState(false);
  return (
    <Section title="Legal holds" aside="What stays, whatever the retention says">
      <Loaded query={query} skeleton={<SkeletonRows rows={2} />}>
        {({ holds }) =>
          holds.length === 0 ? (
            <p className={classes['note']}>None. Entries go when their retention ends.</p>
          ) : (
            <Table label="Legal holds" rows={holds} columns={columnsOf(may)} keyOf={(hold) => hold.id} />
          )
        }
      </Loaded>
      {may ? (
        <div className={classes['acts']}>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconGavel size={14} />}
            onClick={() => setPlacing(true)}
          >
            Place a hold
          </Button>
        </div>
      ) : null}
      <Modal opened={placing} onClose={() => setPlacing(false)} title="Place a legal hold" size="md">
        <HoldForm logs={logs} onDone={() => setPlacing(false)} />
      </Modal>
    </Section>
  );
}
