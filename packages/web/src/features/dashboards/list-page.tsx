import type { DashboardSummaryView } from '@custos/contract';
import { Button, Modal, TextInput } from '@mantine/core';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { fieldErrors, formError } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import classes from '../../ui/form.module.css';
import { count } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { emptyDashboard } from './draft.ts';
import { ImportDialog } from './import-dialog.tsx';
import { dashboardsQuery, useMakeDashboard } from './queries.ts';

function whose({ origin, own, shared }: DashboardSummaryView): string {
  if (origin === 'built-in') return 'comes with Custos';
  if (own) return shared ? 'yours, shared' : 'yours only';
  return 'shared by others';
}

const columns: Column<DashboardSummaryView>[] = [
  { title: 'Dashboard', main: true, render: ({ name }) => name },
  { title: 'About', wide: true, render: ({ description }) => <span className="quiet">{description}</span> },
  { title: 'Panels', width: '90px', render: ({ panels }) => count(panels, 'panel') },
  {
    title: 'Whose',
    width: '150px',
    render: (dashboard) => <span className="quiet">{whose(dashboard)}</span>,
  },
  {
    title: 'Changed',
    width: '110px',
    wide: true,
    render: ({ origin, updatedAt }) => (origin === 'built-in' ? null : <Ago at={updatedAt} />),
  },
];

function NewForm({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('');
  const make = useMakeDashboard();
  const navigate = useNavigate();
  function submit(event: FormEvent): void {
    event.preventDefault();
    make.mutate(
      { ...emptyDashboard, name: name.trim() },
      {
        onSuccess: ({ id }) => {
          onDone();
          void navigate({
            to: '/dashboards/$dashboardId',
            params: { dashboardId: id },
            search: { edit: 'yes' },
          });
        },
      },
    );
  }
  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      <TextInput
        label="Name"
        placeholder="Checkout"
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={fieldErrors(make.error)['name']}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <SaveBar
        problem={formError(make.error, ['name'])}
        saving={make.isPending}
        save="Make it"
        onCancel={onDone}
      />
    </form>
  );
}

/** Every dashboard that one may see: one's own, those of others, and those that come with Custos. */
export function DashboardsPage() {
  const query = useQuery(dashboardsQuery);
  const navigate = useNavigate();
  const mayEdit = useCan('dashboard.edit');
  const [text, setText] = useState('');
  const [opened, setOpened] = useState<'new' | 'import' | null>(null);
  return (
    <Page
      title="Dashboards"
      lead="Panels side by side, to watch and to share."
      actions={
        mayEdit ? (
          <>
            <Button variant="default" size="xs" onClick={() => setOpened('import')}>
              Import
            </Button>
            <Button size="xs" onClick={() => setOpened('new')}>
              New dashboard
            </Button>
          </>
        ) : undefined
      }
    >
      <FilterBar search={text} onSearch={(next) => setText(next ?? '')} />
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {({ items }) => {
          const wanted = text.toLowerCase();
          const found = items.filter(({ name, description }) =>
            `${name} ${description}`.toLowerCase().includes(wanted),
          );
          return found.length === 0 ? (
            <Empty title="No dashboard fits" icon={<IconLayoutDashboard size={22} stroke={1.6} />}>
              None of {count(items.length, 'dashboard')} has “{text}” in its name or description.
            </Empty>
          ) : (
            <List
              label="Dashboards"
              items={found}
              columns={columns}
              onOpen={({ id }) =>
                void navigate({ to: '/dashboards/$dashboardId', params: { dashboardId: id } })
              }
            />
          );
        }}
      </Loaded>
      <Modal opened={opened === 'new'} onClose={() => setOpened(null)} title="New dashboard" size="sm">
        <NewForm onDone={() => setOpened(null)} />
      </Modal>
      <ImportDialog opened={opened === 'import'} onClose={() => setOpened(null)} />
    </Page>
  );
}
