import type { LegalHoldView } from '@custos/contract';
import { Button, Modal } from '@mantine/core';
import { IconGavel } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { fieldErrors, formError } from '../../data/problem.ts';
import { useCan, useSession } from '../../data/queries.ts';
import { ReasonField } from '../../ui/form/reason-field.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { Section } from '../../ui/page.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { absolute, Ago } from '../../ui/time.tsx';
import { HoldForm } from './hold-form.tsx';
import classes from './ledger.module.css';
import { holdsQuery, useReleaseHold, usersQuery } from './queries.ts';
import { Table, type TableColumn } from './table.tsx';

function timeWords({ from, to }: LegalHoldView): string {
  if (from === null && to === null) return 'all time';
  if (from === null) return `before ${absolute(to ?? 0)}`;
  return to === null ? `from ${absolute(from)}` : `${absolute(from)} to ${absolute(to)}`;
}

/** A person by name where names may be seen, else by id. */
function Person({ id }: { id: string | null }) {
  const session = useSession();
  const may = useCan('user.read');
  const users = useQuery({ ...usersQuery, enabled: may && id !== null && id !== session?.userId }).data;
  if (id === null) return 'nobody';
  if (id === session?.userId) return 'you';
  return users?.items.find((user) => user.id === id)?.name ?? <ShortId id={id} />;
}

function ReleaseForm({ hold, onDone }: { hold: LegalHoldView; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const release = useReleaseHold();
  function submit(event: FormEvent): void {
    event.preventDefault();
    release.mutate({ id: hold.id, reason: reason.trim() }, { onSuccess: onDone });
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      <p className="quiet">
        Entries of {hold.logs === null ? 'every log' : hold.logs.join(', ')} that are past their retention
        will be removed at the next run, unless another hold keeps them. That cannot be undone.
      </p>
      <ReasonField
        description="Goes on record with your name."
        required
        focused
        value={reason}
        error={fieldErrors(release.error)['reason']}
        onChange={setReason}
      />
      <SaveBar
        problem={formError(release.error, ['reason'])}
        saving={release.isPending}
        save="Release the hold"
        onCancel={onDone}
      />
    </form>
  );
}

function columnsOf(onRelease: ((hold: LegalHoldView) => void) | null): readonly TableColumn<LegalHoldView>[] {
  return [
    { title: 'Reason', render: (hold) => hold.reason },
    { title: 'Logs', render: (hold) => hold.logs?.join(', ') ?? 'every log' },
    { title: 'Received', render: timeWords },
    {
      title: 'Placed',
      render: (hold) => (
        <>
          <Ago at={hold.placedAt} /> by <Person id={hold.placedBy} />
        </>
      ),
    },
    {
      title: 'Now',
      render: (hold) =>
        hold.releasedAt !== null ? (
          <span className="faint">
            released <Ago at={hold.releasedAt} /> by <Person id={hold.releasedBy} />
          </span>
        ) : onRelease === null ? (
          'stands'
        ) : (
          <Button variant="default" size="compact-xs" onClick={() => onRelease(hold)}>
            Release…
          </Button>
        ),
    },
  ];
}

/** What must not be removed, whatever the retention says. */
export function Holds({ logs }: { logs: readonly string[] }) {
  const query = useQuery(holdsQuery);
  const may = useCan('hold.manage');
  const [placing, setPlacing] = useState(false);
  const [releasing, setReleasing] = useState<LegalHoldView | null>(null);
  return (
    <Section title="Legal holds" aside="What stays, whatever the retention says">
      <Loaded query={query} skeleton={<SkeletonRows rows={2} />}>
        {({ items: holds }) =>
          holds.length === 0 ? (
            <p className={classes['note']}>None. Entries go when their retention ends.</p>
          ) : (
            <Table
              label="Legal holds"
              rows={holds}
              columns={columnsOf(may ? setReleasing : null)}
              keyOf={(hold) => hold.id}
            />
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
      <Modal
        opened={releasing !== null}
        onClose={() => setReleasing(null)}
        title="Release this hold?"
        size="sm"
      >
        {releasing === null ? null : <ReleaseForm hold={releasing} onDone={() => setReleasing(null)} />}
      </Modal>
    </Section>
  );
}
