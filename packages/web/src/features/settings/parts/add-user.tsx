import { roleNames, type RoleName } from '@custos/contract';
import { PasswordInput, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../../data/problem.ts';
import { SaveBar } from '../../../ui/form/save-bar.tsx';
import form from '../../../ui/form.module.css';
import { Section } from '../../../ui/page.tsx';
import { useAddUser } from '../queries.ts';
import classes from '../settings.module.css';

/** A new account with its first password, which the person changes after signing in. */
export function AddUser({
  roles,
  onDone,
}: {
  roles: readonly { readonly value: RoleName; readonly label: string }[];
  onDone: () => void;
}) {
  const [draft, setDraft] = useState({ name: '', email: '', password: '', role: 'viewer' as RoleName });
  const add = useAddUser();
  const errors = fieldErrors(add.error);
  const change = (part: Partial<typeof draft>): void => setDraft((now) => ({ ...now, ...part }));
  function submit(event: FormEvent): void {
    event.preventDefault();
    add.mutate(draft, { onSuccess: onDone });
  }
  return (
    <Section title="Add a user">
      <form
        className={`${form['form']} ${classes['narrow']}`}
        style={{ paddingTop: 12 }}
        onSubmit={submit}
        noValidate
      >
        <TextInput
          label="Name"
          required
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
          description="What they may do; it can be changed later."
          allowDeselect={false}
          data={roles.map((role) => ({ ...role }))}
          value={draft.role}
          error={errors['role']}
          onChange={(value) => change({ role: roleNames.find((name) => name === value) ?? 'viewer' })}
        />
        <PasswordInput
          label="First password"
          description="At least 12 characters. They change it after signing in."
          required
          autoComplete="new-password"
          value={draft.password}
          error={errors['password']}
          onChange={(event) => change({ password: event.currentTarget.value })}
        />
        <SaveBar
          problem={formError(add.error, Object.keys(draft))}
          saving={add.isPending}
          save="Add the user"
          onCancel={onDone}
        />
      </form>
    </Section>
  );
}
