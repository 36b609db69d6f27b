import { useQuery } from '@tanstack/react-query';
import { rolesQuery, standingQuery, useCan, useSession } from '../../data/queries.ts';
import { roleWords } from '../../ui/format.ts';
import { Facts, Section, SubPage } from '../../ui/page.tsx';
import { PasswordForm } from './password-form.tsx';
import { Devices } from './devices.tsx';
import classes from './profile.module.css';
import { Providers } from './providers.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** Who I am, how I prove it, and where I am signed in. */
export function ProfilePage() {
  const session = useSession();
  const standing = useQuery(standingQuery).data;
  const roles = useQuery({ ...rolesQuery, enabled: useCan('user.read') }).data?.items ?? [];
  if (session === null) return null;
  // What has to be done first comes first.
  const due = standing?.mustChangePassword === true;
  const password =
    standing?.hasPassword === false ? null : (
      <Section title="Password">
        <PasswordForm />
      </Section>
    );
  return (
    <SubPage title="Profile and sessions">
      <div className={classes['narrow']}>
        <Facts
          facts={[
            ['Name', session.name],
            ['E-mail', session.email],
            ['Role', roles.find(({ name }) => name === session.role)?.title ?? roleWords(session.role)],
          ]}
        />
        {due ? password : null}
        <SecondFactor />
        <Sessions />
        {due ? null : password}
        <Providers />
        <Devices />
      </div>
    </SubPage>
  );
}
