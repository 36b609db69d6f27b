import type { UserView } from '@custos/contract';
import { IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { keys } from '../../data/keys.ts';
import { Paged, usePages } from '../../data/paged.tsx';
import { rolesQuery, useCan, useSession } from '../../data/queries.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { SubPage } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { fetchUsers } from './queries.ts';

const route = getRouteApi('/shell/settings/users');

function matches({ name, email, role }: UserView, text: string): boolean {
  const wanted = text.toLowerCase();
  return [name, email, role].some((value) => value.toLowerCase().includes(wanted));
}

/** Who may sign in, and as what. */
export function UsersPage() {
  const { search } = route.useSearch();
  const navigate = useNavigate();
  const { userId } = useParams({ strict: false });
  const me = useSession();
  const may = useCan('user.manage');
  const query = usePages({ queryKey: keys.list('users', {}), fetch: fetchUsers });
  const titles = new Map(useQuery(rolesQuery).data?.items.map((role) => [role.name, role.title]));
  const invite = may ? (
    <LinkButton to="/settings/users/$userId" params={{ userId: 'new' }} variant="filled" resetScroll={false}>
      Invite a person
    </LinkButton>
  ) : undefined;

  const columns: Column<UserView>[] = [
    {
      title: 'Name',
      main: true,
      render: (user) => (
        <>
          {user.name} {user.id === me?.userId ? <span className="faint">you</span> : null}
        </>
      ),
    },
    { title: 'E-mail', render: (user) => <span className="quiet">{user.email}</span> },
    { title: 'Role', width: '190px', render: (user) => titles.get(user.role) ?? user.role },
    {
      title: 'State',
      width: '90px',
      render: (user) =>
        user.disabled ? <span className="faint">disabled</span> : <span className="quiet">enabled</span>,
    },
    {
      title: 'Last sign-in',
      width: '110px',
      align: 'right',
      render: (user) => <Ago at={user.lastSignInAt} empty="never" />,
    },
  ];
  return (
    <SubPage title="Users" lead="Who may sign in, and as what." actions={invite}>
      <FilterBar
        search={search}
        placeholder="Search by name, e-mail or role"
        onSearch={(text) =>
          void navigate({
            to: '/settings/users',
            search: { search: text },
            replace: true,
            resetScroll: false,
          })
        }
      />
      <Paged query={query} empty={<Empty title="Nobody yet" icon={<IconUsers size={22} stroke={1.6} />} />}>
        {(users) => {
          const shown = search === undefined ? users : users.filter((user) => matches(user, search));
          return shown.length === 0 ? (
            <Empty title={`Nobody matches “${search ?? ''}”`}>
              {query.hasNextPage
                ? 'Among those that are loaded; load more below.'
                : 'Try a part of the name or of the address.'}
            </Empty>
          ) : (
            <List
              label="Users"
              items={shown}
              columns={columns}
              openId={userId}
              onOpen={(user) =>
                void navigate({
                  to: '/settings/users/$userId',
                  params: { userId: user.id },
                  search: true,
                  resetScroll: false,
                })
              }
            />
          );
        }}
      </Paged>
      <Outlet />
    </SubPage>
  );
}
