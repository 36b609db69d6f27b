import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { setupQuery } from '../../data/queries.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { EntryFrame } from './entry-frame.tsx';
import classes from './entry.module.css';
import { useSetup } from './queries.ts';

/** Makes the first account, with the one-time link that the first start prints. */
export function SetupPage() {
  // In the fragment, which browsers send to no server, so the token ends up in no access log.
  const token = new URLSearchParams(useLocation().hash).get('token') ?? undefined;
  const navigate = useNavigate();
  const state = useQuery(setupQuery);
  const setup = useSetup();
  const [values, setValues] = useState({ name: '', email: '', password: '' });
  const errors = fieldErrors(setup.error);
  const set = (key: keyof typeof values) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setValues((now) => ({ ...now, [key]: value }));
  };

  if (state.data?.needed === false) {
    return (
      <EntryFrame title="Already set up" lead="The first account exists. Ask an administrator for yours.">
        <LinkButton to="/login" variant="filled">
          Sign in
        </LinkButton>
      </EntryFrame>
    );
  }
  if (token === undefined) {
    return (
      <EntryFrame
        title="Welcome to Custos"
        lead="To make the first account, open the set-up link that Custos printed when it started. It works once."
      >
        <p className="faint">Look for “Set-up link” in the terminal or the log of the service.</p>
      </EntryFrame>
    );
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    setup.mutate({ token: token ?? '', ...values }, { onSuccess: () => void navigate({ to: '/' }) });
  }

  return (
    <EntryFrame
      title="Welcome to Custos"
      lead="Make the first account. It may do everything, and can invite others."
    >
      <form className={classes['form']} onSubmit={submit}>
        <TextInput
          label="Your name"
          autoComplete="name"
          autoFocus
          required
          value={values.name}
          onChange={set('name')}
          error={errors['name']}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={values.email}
          onChange={set('email')}
          error={errors['email']}
        />
        <PasswordInput
          label="Password"
          description="At least 12 characters. Length is what counts."
          autoComplete="new-password"
          required
          minLength={12}
          value={values.password}
          onChange={set('password')}
          error={errors['password']}
        />
        <FormProblem problem={formError(setup.error, ['name', 'email', 'password'])} />
        <Button type="submit" loading={setup.isPending}>
          Make the account
        </Button>
      </form>
    </EntryFrame>
  );
}
