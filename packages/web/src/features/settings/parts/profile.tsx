import type { SessionView } from '@custos/contract';
import { Button, PasswordInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Loaded } from '../../../data/loaded.tsx';
import { fieldErrors, formError } from '../../../data/problem.ts';
import { useSession } from '../../../data/queries.ts';
import { SaveBar } from '../../../ui/form/save-bar.tsx';
import form from '../../../ui/form.module.css';
import { List, type Column } from '../../../ui/list.tsx';
import { Facts, Section } from '../../../ui/page.tsx';
import { SkeletonRows } from '../../../ui/states.tsx';
import { Ago } from '../../../ui/time.tsx';
import { sessionsQuery, useChangePassword, useEndSession } from '../queries.ts';
import classes from '../settings.module.css';

function PasswordForm() {
  const empty = { current: '', password: '' };
  const [draft, setDraft] = useState(empty);
  const save = useChangePassword();
  const errors = fieldErrors(save.error);
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(draft, { onSuccess: () => setDraft(empty) });
  }
  return (
    <form
      className={`${form['form']} ${classes['narrow']}`}
      style={{ paddingTop: 12 }}
      onSubmit={submit}
      noValidate
    >
      <PasswordInput
        label="Present password"
        autoComplete="current-password"
        value={draft.current}
        error={errors['current']}
        onChange={(event) => setDraft({ ...draft, current: event.currentTarget.value })}
      />
      <PasswordInput
        label="New password"
        description="At least 12 characters. Your other sessions end."
        autoComplete="new-password"
        value={draft.password}
        error={errors['password']}
        onChange={(event) => setDraft({ ...draft, password: event.currentTarget.value })}
      />
      <SaveBar
        problem={formError(save.error, Object.keys(draft))}
        saving={save.isPending}
        save="Change the password"
      />
    </form>
  );
}

const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Mac OS', 'macOS'],
  ['Windows', 'Windows'],
  ['Linux', 'Linux'],
] as const;

/** What a browser calls itself, in two words; anything else as it is. */
function deviceName(agent: string): string {
  const browser = browsers.find(([mark]) => agent.includes(mark))?.[1];
  const system = systems.find(([mark]) => agent.includes(mark))?.[1];
  return browser === undefined || system === undefined ? agent : `${browser} on ${system}`;
}

function Sessions() {
  const query = useQuery(sessionsQuery);
  const end = useEndSession();
  const columns: Column<SessionView>[] = [
    {
      title: 'Device',
      main: true,
      render: (session) => (
        <>
          <span title={session.device}>{deviceName(session.device)}</span>{' '}
          {session.current ? <span className="faint">this one</span> : null}
        </>
      ),
    },
    {
      title: 'Address',
      width: '140px',
      render: (session) => <span className="mono quiet">{session.address}</span>,
    },
    { title: 'Seen', width: '110px', render: (session) => <Ago at={session.lastSeenAt} /> },
    { title: 'Ends', width: '110px', align: 'right', render: (session) => <Ago at={session.expiresAt} /> },
    {
      title: 'Act',
      width: '80px',
      align: 'right',
      render: (session) =>
        session.current ? null : (
          <Button size="compact-xs" variant="default" onClick={() => end.mutate(session.id)}>
            End
          </Button>
        ),
    },
  ];
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={2} />}>
      {({ items }) => <List label="Sessions" items={items} columns={columns} />}
    </Loaded>
  );
}

/** Who I am, where I am signed in, and my password. */
export function Profile() {
  const session = useSession();
  if (session === null) return null;
  return (
    <>
      <Facts
        facts={[
          ['Name', session.name],
          ['E-mail', session.email],
          ['Role', `${session.role}, ${session.permissions.length} permissions`],
        ]}
      />
      <Section title="Sessions">
        <Sessions />
      </Section>
      <Section title="Password">
        <PasswordForm />
      </Section>
    </>
  );
}
