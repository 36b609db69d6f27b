import type { UserView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Device } from '../../ui/device.tsx';
import { count } from '../../ui/format.ts';
import { List } from '../../ui/list.tsx';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { userSessionsQuery, useEndSessions } from './queries.ts';
import classes from './users.module.css';

/** Where somebody is signed in, and the end of it. */
export function UserSessions({ user }: { user: UserView }) {
  const query = useQuery(userSessionsQuery(user.id));
  const end = useEndSessions();
  const open = query.data?.items.length ?? 0;
  return (
    <Section
      title="Sessions"
      aside={
        open === 0 ? undefined : (
          <ConfirmButton
            size="compact-xs"
            label="End all"
            title={`Sign ${user.name} out?`}
            confirm="End the sessions"
            loading={end.isPending}
            onConfirm={() => end.mutate(user.id)}
          >
            {count(open, 'session')} of {user.name} {open === 1 ? 'ends' : 'end'} at once. They can sign in
            again.
          </ConfirmButton>
        )
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes['note']}>Not signed in anywhere.</p>
          ) : (
            <List
              label={`Sessions of ${user.name}`}
              items={items}
              columns={[
                { title: 'Device', main: true, render: (session) => <Device agent={session.device} /> },
                {
                  title: 'Address',
                  render: (session) => <span className="mono quiet">{session.address}</span>,
                },
                {
                  title: 'Seen',
                  width: '90px',
                  align: 'right',
                  render: (session) => <Ago at={session.lastSeenAt} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
