import { roleNames, type RoleName, type UserView } from '@custos/contract';
import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../../data/loaded.tsx';
import { useCan, useSession } from '../../../data/queries.ts';
import { ConfirmButton } from '../../../ui/confirm.tsx';
import { List, type Column } from '../../../ui/list.tsx';
import { Section } from '../../../ui/page.tsx';
import { SkeletonRows } from '../../../ui/states.tsx';
import { Ago } from '../../../ui/time.tsx';
import { rolesQuery, useChangeUser, usersQuery } from '../queries.ts';
import { AddUser } from './add-user.tsx';

/** Who may sign in, and what their role lets them do. */
export function Users() {
  const query = useQuery(usersQuery);
  const roles = useQuery(rolesQuery);
  const may = useCan('user.manage');
  const me = useSession();
  const changeUser = useChangeUser();
  const [adding, setAdding] = useState(false);
  const titles = new Map(roles.data?.items.map((role) => [role.name, role.title]));
  const roleOf = (name: RoleName): string => titles.get(name) ?? name;

  const columns: Column<UserView>[] = [
    {
      title: 'Name',
      main: true,
      render: (user) => (
        <>
          {user.name} {user.disabled ? <span className="faint">disabled</span> : null}
        </>
      ),
    },
    { title: 'E-mail', render: (user) => <span className="quiet">{user.email}</span> },
    {
      title: 'Role',
      width: '170px',
      render: (user) =>
        may && user.id !== me?.userId ? (
          <Select
            size="xs"
            aria-label={`Role of ${user.name}`}
            allowDeselect={false}
            data={roleNames.map((name) => ({ value: name, label: roleOf(name) }))}
            value={user.role}
            onChange={(value) => {
              const role = roleNames.find((name) => name === value);
              if (role !== undefined && role !== user.role)
                changeUser.mutate({ id: user.id, change: { role } });
            }}
          />
        ) : (
          roleOf(user.role)
        ),
    },
    {
      title: 'Last sign-in',
      width: '110px',
      align: 'right',
      render: (user) => <Ago at={user.lastSignInAt} empty="never" />,
    },
    {
      title: 'Act',
      width: '90px',
      align: 'right',
      render: (user) =>
        !may || user.id === me?.userId ? null : user.disabled ? (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => changeUser.mutate({ id: user.id, change: { disabled: false } })}
          >
            Enable
          </Button>
        ) : (
          <ConfirmButton
            size="compact-xs"
            label="Disable"
            title={`Disable ${user.name}?`}
            confirm="Disable the user"
            onConfirm={() => changeUser.mutate({ id: user.id, change: { disabled: true } })}
          >
            All sessions and tokens of {user.name} stop working at once. What they did stays on record.
          </ConfirmButton>
        ),
    },
  ];
  return (
    <>
      <Loaded query={query} skeleton={<SkeletonRows rows={4} />}>
        {({ items }) => <List label="Users" items={items} columns={columns} />}
      </Loaded>
      {may ? (
        adding ? (
          <AddUser
            roles={roleNames.map((name) => ({ value: name, label: roleOf(name) }))}
            onDone={() => setAdding(false)}
          />
        ) : (
          <Button size="xs" mt="md" onClick={() => setAdding(true)}>
            Add a user
          </Button>
        )
      ) : null}
      <Section title="Roles">
        <Loaded query={roles} skeleton={<SkeletonRows rows={6} />}>
          {({ items }) => (
            <List
              label="Roles"
              items={items.map((role) => ({ ...role, id: role.name }))}
              columns={[
                { title: 'Role', main: true, width: '160px', render: (role) => role.title },
                { title: 'For', render: (role) => <span className="quiet">{role.description}</span> },
                {
                  title: 'Permissions',
                  width: '100px',
                  align: 'right',
                  render: (role) => role.permissions.length,
                },
              ]}
            />
          )}
        </Loaded>
      </Section>
    </>
  );
}
