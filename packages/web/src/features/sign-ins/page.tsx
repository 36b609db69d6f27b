import type { SignInPolicy } from '@custos/contract';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { rolesQuery, useCan } from '../../data/queries.ts';
import { count } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Facts, Section, SubPage } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { methodsQuery, policyQuery, useChangePolicy, type Wish } from './queries.ts';
import classes from './sign-ins.module.css';

type RolePolicy = SignInPolicy['roles'][number];

const words = { required: 'Required', optional: 'Optional' } as const;

/** What the role comes to by itself: administration asks for a second factor. */
function Choice({ policy, title }: { policy: RolePolicy; title: string }) {
  const change = useChangePolicy();
  return (
    <Select
      size="xs"
      aria-label={`Second factor of ${title}`}
      allowDeselect={false}
      disabled={change.isPending}
      data={[
        {
          value: 'default',
          label: policy.byDefault ? `By the role: ${words[policy.secondFactor]}` : 'By the role',
        },
        { value: 'required', label: 'Required' },
        { value: 'optional', label: 'Optional' },
      ]}
      value={policy.byDefault ? 'default' : policy.secondFactor}
      onChange={(wish) => {
        if (wish !== null) change.mutate({ role: policy.role, wish: wish as Wish });
      }}
    />
  );
}

/** How people sign in to this installation, and which roles need a second factor. */
export function SignInPolicyPage() {
  const query = useQuery(policyQuery);
  const methods = useQuery(methodsQuery).data;
  const may = useCan('system.configure');
  const titles = new Map(useQuery(rolesQuery).data?.items.map((role) => [role.name, role.title]));
  const titleOf = (name: string): string => titles.get(name) ?? name;

  const columns: Column<RolePolicy & { id: string }>[] = [
    { title: 'Role', main: true, render: ({ role }) => titleOf(role) },
    {
      title: 'Second factor',
      width: '240px',
      render: (policy) =>
        may ? (
          <Choice policy={policy} title={titleOf(policy.role)} />
        ) : (
          <>
            {words[policy.secondFactor]}{' '}
            {policy.byDefault ? <span className="faint">by the role</span> : null}
          </>
        ),
    },
  ];
  return (
    <SubPage title="Sign-in" lead="How people get in, and which roles need a second factor.">
      <div className={classes['narrow']}>
        <Facts
          facts={[
            ['Passwords', 'At least 12 characters; common ones and those with one’s own name are refused.'],
            [
              'Passkeys',
              methods === undefined
                ? '–'
                : methods.passkeys
                  ? 'Work at this address, by themselves or as a second factor.'
                  : 'Do not work at this address. Set the public address to a host name, under General.',
            ],
            [
              'Identity providers',
              methods === undefined
                ? '–'
                : methods.providers.length === 0
                  ? 'None. They are set up in the configuration file.'
                  : methods.providers.map(({ name }) => name).join(', '),
            ],
            [
              'Links by e-mail',
              methods === undefined
                ? '–'
                : methods.resets
                  ? 'Invitations and resets are sent; each works once, for 60 minutes.'
                  : 'Not set up, so nobody is invited from here and no password is reset by e-mail.',
            ],
            [
              'Lock',
              'After 5 failures an account is locked for 15 minutes, then 30, then 60. Known browsers and passkeys pass.',
            ],
            [
              'Sessions',
              'End after 60 minutes without use, 15 for administrators, and after 12 hours in all.',
            ],
          ]}
        />
        <Section title="Second factor by role">
          <Loaded query={query} skeleton={<SkeletonRows rows={7} />}>
            {({ roles, graceDays }) => (
              <>
                <p className={classes['note']}>
                  Who gets a role that needs one has {count(graceDays, 'day')} to set it up, with a reminder
                  on every page. After that nothing else works until they have. By itself a role needs one
                  when it administers users or the installation.
                </p>
                <List
                  label="Second factor by role"
                  items={roles.map((role) => ({ ...role, id: role.role }))}
                  columns={columns}
                />
              </>
            )}
          </Loaded>
          {may ? null : <p className="faint">Changing this takes the permission system.configure.</p>}
        </Section>
      </div>
    </SubPage>
  );
}
