import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { rolesQuery, useSession } from '../../data/queries.ts';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { signInMethodsQuery, useInvite } from './queries.ts';
import { rolesToGive } from './roles-to-give.ts';

/** A new account, whose owner chooses the password by a link that they alone get. */
export function InviteForm({ onDone }: { onDone: () => void }) {
  const [draft, setDraft] = useState({ name: '', email: '', role: 'viewer' });
  const known = useQuery(rolesQuery);
  const roles = known.data?.items ?? [];
  const methods = useQuery(signInMethodsQuery).data;
  const held = useSession()?.permissions ?? [];
  const invite = useInvite();
  const errors = fieldErrors(invite.error);
  const change = (part: Partial<typeof draft>): void => setDraft((now) => ({ ...now, ...part }));
  function submit(event: FormEvent): void {
    event.preventDefault();
    invite.mutate(draft, { onSuccess: onDone });
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      {methods?.resets === false ? (
        <p className={form['note']} role="note">
          <span>
            This installation sends no e-mails, so nobody can be invited from here. On the host,{' '}
            <code className="mono">custos user invite</code> prints a link to hand over.
          </span>
        </p>
      ) : (
        <p className="quiet">
          They get a link by e-mail that works once, for 60 minutes, and choose a password that nobody else
          ever sees.
        </p>
      )}
      <TextInput
        label="Name"
        required
        data-autofocus
        value={draft.name}
        error={errors['name']}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label="E-mail"
        type="email"
        required
        value={draft.email}
        error={errors['email']}
        onChange={(event) => change({ email: event.currentTarget.value })}
      />
      <Select
        label="Role"
        description={roles.find(({ name }) => name === draft.role)?.description ?? 'What they may do.'}
        allowDeselect={false}
        data={rolesToGive(roles, held)}
        value={draft.role}
        error={
          errors['role'] ?? (known.isError ? 'The roles could not be read; try again later.' : undefined)
        }
        onChange={(role) => change({ role: role ?? 'viewer' })}
      />
      <SaveBar
        problem={formError(invite.error, Object.keys(draft))}
        saving={invite.isPending}
        save="Send the invitation"
        onCancel={onDone}
      />
    </form>
  );
}
