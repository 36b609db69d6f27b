import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { usersQuery } from '../../data/queries.ts';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { InviteForm } from './invite-form.tsx';
import { UserDetails } from './user-details.tsx';

const route = getRouteApi('/shell/settings/users/$userId');

/** A person beside the list: what they are, where they are signed in, and what can be done about it. */
export function UserPanel() {
  const { userId } = route.useParams();
  const navigate = useNavigate();
  const query = useQuery(usersQuery);
  const user = query.data?.items.find((each) => each.id === userId);
  const close = (): void => void navigate({ to: '/settings/users', search: true, resetScroll: false });
  if (userId === 'new') {
    return (
      <Panel title="Invite a person" onClose={close}>
        <InviteForm onDone={close} />
      </Panel>
    );
  }
  return (
    <Panel title={user?.name ?? 'User'} onClose={close}>
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {() =>
          user === undefined ? (
            <Empty title="There is no such user">They are not among those that are listed.</Empty>
          ) : (
            <UserDetails key={user.id} user={user} />
          )
        }
      </Loaded>
    </Panel>
  );
}
