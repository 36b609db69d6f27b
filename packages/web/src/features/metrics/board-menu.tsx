import { Button, Menu } from '@mantine/core';
import { IconLayoutDashboard, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../data/queries.ts';
import classes from './metrics.module.css';
import { boardsQuery, useAddToBoard } from './queries.ts';
import { isFullBoard, type Shown } from './to-dashboard.ts';

/** Keeps what is shown as a panel of a dashboard. */
export function BoardMenu({ shown }: { shown: Shown }) {
  const mayEdit = useCan('dashboard.edit');
  const [opened, setOpened] = useState(false);
  const navigate = useNavigate();
  const add = useAddToBoard();
  const boards = useQuery({ ...boardsQuery, enabled: opened }).data?.items ?? [];
  if (!mayEdit) return null;
  const addTo = (id: string | null): void =>
    add.mutate(
      { ...shown, id },
      {
        onSuccess: (board) =>
          void navigate({ to: '/dashboards/$dashboardId', params: { dashboardId: board.id } }),
      },
    );
  return (
    <Menu position="bottom-end" width={280} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconLayoutDashboard size={14} />}
          loading={add.isPending}
        >
          Add to a dashboard
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes['recent'] ?? ''}>
        <Menu.Item leftSection={<IconPlus size={14} />} onClick={() => addTo(null)}>
          A new one
        </Menu.Item>
        {boards
          .filter((board) => board.origin !== 'built-in' && !isFullBoard(board))
          .map(({ id, name }) => (
            <Menu.Item key={id} onClick={() => addTo(id)}>
              {name}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
