import { PasswordInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import classes from './profile.module.css';
import { useChangePassword } from './queries.ts';

export function PasswordForm() {
  const empty = { current: '', password: '' };
  const [draft, setDraft] = useState(empty);
  const save = useChangePassword();
  const errors = fieldErrors(save.error);
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(draft, { onSuccess: () => setDraft(empty) });
  }
  return (
    <form className={`${form['form']} ${classes['form']}`} onSubmit={submit} noValidate>
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
