import type { DashboardView } from '@custos/contract';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCopy, IconDots, IconLayoutDashboard, IconLink, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import classes from './dashboards.module.css';
import { inputOf } from './draft.ts';
import { BoardGrid } from './grid/board-grid.tsx';
import { LargePanel } from './large-panel.tsx';
import { dashboardsQuery, useMakeDashboard, useRemoveDashboard } from './queries.ts';
import { TimeRange } from './time-range.tsx';
import { useBoard } from './use-board.ts';
import { VariableBar } from './variable-bar.tsx';

const noteMs = 1_800;

/** A name that none of one's own dashboards has. */
function copyName(name: string, taken: ReadonlySet<string>): string {
  const base = `${name.slice(0, 100)} copy`;
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base} ${number}`)) return `${base} ${number}`;
}

/** What can be done with a dashboard as a whole. */
function Acts({ dashboard, onEdit }: { dashboard: DashboardView; onEdit: () => void }) {
  const mayEdit = useCan('dashboard.edit');
  const navigate = useNavigate();
  const make = useMakeDashboard();
  const remove = useRemoveDashboard();
  const others = useQuery(dashboardsQuery).data?.items ?? [];
  const [told, setTold] = useState<string | null>(null);
  const isBuiltIn = dashboard.origin === 'built-in';

  async function copyText(text: string, what: string): Promise<void> {
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setTold(done === true ? `${what} is copied` : 'The browser does not let this page copy');
    window.setTimeout(() => setTold(null), noteMs);
  }
  const duplicate = (): void =>
    make.mutate(
      {
        ...inputOf(dashboard),
        name: copyName(dashboard.name, new Set(others.map(({ name }) => name))),
        shared: false,
      },
      {
        onSuccess: ({ id }) =>
          void navigate({
            to: '/dashboards/$dashboardId',
            params: { dashboardId: id },
            search: { edit: 'yes' },
          }),
      },
    );

  return (
    <>
      <span className={classes['told']} role="status">
        {told ?? make.error?.message}
      </span>
      {mayEdit && !isBuiltIn ? (
        <Button variant="default" size="xs" leftSection={<IconPencil size={14} />} onClick={onEdit}>
          Edit
        </Button>
      ) : null}
      {mayEdit && isBuiltIn ? (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconCopy size={14} />}
          loading={make.isPending}
          onClick={duplicate}
        >
          Make a copy
        </Button>
      ) : null}
      {mayEdit && !isBuiltIn ? (
        <ConfirmButton
          label="Delete"
          title={`Delete ${dashboard.name}?`}
          confirm="Delete the dashboard"
          loading={remove.isPending}
          onConfirm={() =>
            remove.mutate(dashboard.id, { onSuccess: () => void navigate({ to: '/dashboards' }) })
          }
        >
          {dashboard.shared ? 'Everybody who sees it loses it, with ' : 'It is gone, with '}
          {count(dashboard.panels.length, 'panel')}. To be able to bring it back, copy it as JSON first.
        </ConfirmButton>
      ) : null}
      <Menu>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More">
            <IconDots size={16} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconLink size={15} stroke={1.6} />}
            onClick={() => void copyText(window.location.href, 'The link')}
          >
            Copy the link to this view
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCopy size={15} stroke={1.6} />}
            onClick={() => void copyText(JSON.stringify(inputOf(dashboard), null, 2), 'The dashboard')}
          >
            Copy as JSON
          </Menu.Item>
          {mayEdit ? (
            <Menu.Item leftSection={<IconCopy size={15} stroke={1.6} />} onClick={duplicate}>
              Make a copy
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** A dashboard as one watches it; it follows the time by itself. */
export function BoardView({ dashboard }: { dashboard: DashboardView }) {
  const { search, show, window, again, chosen, board } = useBoard(dashboard.variables);
  const mayEdit = useCan('dashboard.edit') && dashboard.origin !== 'built-in';
  const edit = (): void => show({ edit: 'yes' });
  const large = dashboard.panels.find(({ id }) => id === search.only);
  return (
    <Page
      title={dashboard.name}
      lead={dashboard.description === '' ? undefined : dashboard.description}
      actions={<Acts dashboard={dashboard} onEdit={edit} />}
    >
      <TimeRange search={search} window={window} onShow={show} onAgain={again} />
      <VariableBar variables={dashboard.variables} chosen={chosen} onChoose={(vars) => show({ vars })} />
      {dashboard.panels.length === 0 ? (
        <Empty
          title="Nothing is on it yet"
          icon={<IconLayoutDashboard size={22} stroke={1.6} />}
          action={
            mayEdit ? (
              <Button size="xs" onClick={edit}>
                Add panels
              </Button>
            ) : undefined
          }
        >
          A dashboard is made of panels: charts, figures, tables, logs and text.
        </Empty>
      ) : large !== undefined ? (
        <LargePanel panel={large} board={board} onClose={() => show({ only: undefined })} />
      ) : (
        <BoardGrid
          panels={dashboard.panels}
          board={board}
          onChange={null}
          onEdit={edit}
          onEnlarge={(id) => show({ only: id })}
        />
      )}
    </Page>
  );
}
