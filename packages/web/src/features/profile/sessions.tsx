import type { SessionView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Device } from '../../ui/device.tsx';
import { count } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { sessionsQuery, useEndOthers, useEndSession } from './queries.ts';

/** Where I am signed in, and the end of it, one by one or all. */
export function Sessions() {
  const query = useQuery(sessionsQuery);
  const end = useEndSession();
  const endOthers = useEndOthers();
  const others = query.data?.items.filter(({ current }) => !current).length ?? 0;
  const columns: Column<SessionView>[] = [
    {
      title: 'Device',
      main: true,
      render: (session) => (
        <>
          <Device agent={session.device} /> {session.current ? <span className="faint">this one</span> : null}
        </>
      ),
    },
    {
      title: 'Address',
      width: '150px',
      render: (session) => <span className="mono quiet">{session.address}</span>,
    },
    { title: 'Seen', width: '100px', render: (session) => <Ago at={session.lastSeenAt} /> },
    { title: 'Ends', width: '100px', align: 'right', render: (session) => <Ago at={session.expiresAt} /> },
    {
      title: 'Act',
      width: '70px',
      align: 'right',
      render: (session) =>
        session.current ? null : (
          <Button
            size="compact-xs"
            variant="default"
            loading={end.isPending && end.variables === session.id}
            onClick={() => end.mutate(session.id)}
          >
            End
          </Button>
        ),
    },
  ];
  return (
    <Section
      title="Sessions"
      aside={
        others === 0 ? undefined : (
          <ConfirmButton
            size="compact-xs"
            label="End all others"
            title="End every other session?"
            confirm="End the others"
            loading={endOthers.isPending}
            onConfirm={() => endOthers.mutate()}
          >
            {count(others, 'other session')} {others === 1 ? 'ends' : 'end'} at once; this one stays.
          </ConfirmButton>
        )
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={2} />}>
        {({ items }) => <List label="Sessions" items={items} columns={columns} />}
      </Loaded>
    </Section>
  );
}
