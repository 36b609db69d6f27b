import type { UserView } from '@custos/contract';
import { Button, Select, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { fieldErrors, formError } from '../../data/problem.ts';
import { rolesQuery, useCan, useSession } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { teamsQuery, useChangeUser, useResetFactors, useSendLink, useSetTeams } from './queries.ts';
import { rolesToGive } from './roles-to-give.ts';
import { UserSessions } from './user-sessions.tsx';
import classes from './users.module.css';

function TeamsForm({ userId, initial }: { userId: string; initial: readonly string[] }) {
  const [teams, setTeams] = useState<string[]>([...initial]);
  const save = useSetTeams(userId);
  const problems = Object.values(fieldErrors(save.error));
  const changed = teams.join() !== initial.join();
  return (
    <div className={classes['teams']}>
      <TagsInput
        label="Teams"
        description="Which objects they see where a role reaches a team only. Enter ends a name."
        placeholder={teams.length === 0 ? 'payments' : ''}
        value={teams}
        error={problems[0]}
        onChange={setTeams}
      />
      {changed ? (
        <Button size="xs" loading={save.isPending} onClick={() => save.mutate(teams)}>
          Save the teams
        </Button>
      ) : null}
      {problems.length > 0 ? null : <FormProblem problem={formError(save.error, [])} />}
    </div>
  );
}

function Acts({ user }: { user: UserView }) {
  const change = useChangeUser();
  const sendLink = useSendLink();
  const resetFactors = useResetFactors();
  return (
    <div className={classes['acts']}>
      {user.disabled ? (
        <Button
          size="xs"
          variant="default"
          loading={change.isPending}
          onClick={() => change.mutate({ id: user.id, change: { disabled: false } })}
        >
          Enable
        </Button>
      ) : (
        <>
          <ConfirmButton
            label="Send a reset"
            title={`Send ${user.name} a link?`}
            confirm="Send the link"
            loading={sendLink.isPending}
            onConfirm={() => sendLink.mutate(user.id)}
          >
            They choose another password by it, within 60 minutes. You never see it. Second factors stay; the
            present password works until then.
          </ConfirmButton>
          <ConfirmButton
            label="Take second factors away"
            title={`Take the second factors of ${user.name} away?`}
            confirm="Take them away"
            loading={resetFactors.isPending}
            onConfirm={() => resetFactors.mutate(user.id)}
          >
            Authenticator, passkeys and recovery codes stop working and every session ends. Make sure that it
            is {user.name} who asks: until they set up new ones, the password alone lets in.
          </ConfirmButton>
          <ConfirmButton
            label="Disable"
            title={`Disable ${user.name}?`}
            confirm="Disable the user"
            loading={change.isPending}
            onConfirm={() => change.mutate({ id: user.id, change: { disabled: true } })}
          >
            All sessions and tokens of {user.name} stop working at once. What they did stays on record.
          </ConfirmButton>
        </>
      )}
    </div>
  );
}

/** What a person is, and what whoever manages users can do about it. */
export function UserDetails({ user }: { user: UserView }) {
  const session = useSession();
  const may = useCan('user.manage') && user.id !== session?.userId;
  const roles = useQuery(rolesQuery).data?.items ?? [];
  const teams = useQuery(teamsQuery(user.id));
  const change = useChangeUser();
  const role = roles.find(({ name }) => name === user.role);
  const waiting = formError(change.error, []);
  return (
    <>
      <Facts
        facts={[
          ['E-mail', user.email],
          ['Role', role?.title ?? user.role],
          ['State', user.disabled ? 'disabled' : 'enabled'],
          ['Added', <Ago key="added" at={user.createdAt} />],
          ['Last sign-in', <Ago key="last" at={user.lastSignInAt} empty="never" />],
          ['Id', <ShortId key="id" id={user.id} />],
        ]}
      />
      {may ? (
        <>
          <Acts user={user} />
          <Section title="What they may do">
            <div className={classes['fields']}>
              <Select
                label="Role"
                description={role?.description}
                allowDeselect={false}
                disabled={change.isPending}
                data={rolesToGive(roles, session?.permissions ?? [])}
                value={user.role}
                onChange={(name) => {
                  if (name === null || name === user.role) return;
                  change.mutate({ id: user.id, change: { role: name } });
                }}
              />
              {waiting?.waits === true ? <FormProblem problem={waiting} /> : null}
              <Loaded query={teams} skeleton={<SkeletonRows rows={1} />}>
                {(found) => <TeamsForm key={found.teams.join()} userId={user.id} initial={found.teams} />}
              </Loaded>
            </div>
          </Section>
          <UserSessions user={user} />
        </>
      ) : user.id === session?.userId ? (
        <p className={classes['note']}>This is you. What is yours alone is under Profile and sessions.</p>
      ) : null}
    </>
  );
}
