import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError, explain } from '../../data/problem.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { Ago } from '../../ui/time.tsx';
import { EntryFrame } from './entry-frame.tsx';
import classes from './entry.module.css';
import { linkQuery, useLink } from './queries.ts';

/** An invitation or a reset: the person chooses a password, and signs in with it afterwards. */
export function LinkPage() {
  // In the fragment, which browsers send to no server, so the token ends up in no access log.
  const [token] = useState(new URLSearchParams(useLocation().hash).get('token') ?? '');
  const link = useQuery({ ...linkQuery(token), enabled: token !== '' });
  const choose = useLink();
  const [password, setPassword] = useState('');
  const errors = fieldErrors(choose.error);

  if (choose.isSuccess) {
    return (
      <EntryFrame title="Your password is set" lead="Sign in with it now. Second factors stay as they were.">
        <LinkButton to="/login" variant="filled">
          Sign in
        </LinkButton>
      </EntryFrame>
    );
  }
  if (token === '' || link.isError) {
    const problem = link.isError ? explain(link.error) : null;
    const isSpent = problem === null || problem.code === 'token_invalid' || problem.code === 'invalid_input';
    return (
      <EntryFrame
        title={isSpent ? 'This link does not work' : 'The link cannot be checked'}
        lead={
          isSpent
            ? 'It is incomplete, was used already, or is older than 60 minutes. Ask for a new one.'
            : problem.detail
        }
      >
        {isSpent ? (
          <LinkButton to="/login" variant="default">
            To the sign-in
          </LinkButton>
        ) : (
          <Button variant="default" size="xs" onClick={() => void link.refetch()}>
            Try again
          </Button>
        )}
      </EntryFrame>
    );
  }
  if (link.data === undefined) {
    return (
      <EntryFrame title="One moment" lead="The link is being checked.">
        <div aria-busy="true" />
      </EntryFrame>
    );
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    choose.mutate({ token, password });
  }
  const { kind, email, name, expiresAt } = link.data;
  return (
    <EntryFrame
      title={kind === 'invitation' ? `Welcome, ${name}` : 'Choose another password'}
      lead={
        kind === 'invitation'
          ? 'Choose a password for your account. Nobody else ever sees it.'
          : 'Your other sessions end. Second factors stay as they are.'
      }
    >
      <form className={classes['form']} onSubmit={submit}>
        <TextInput label="E-mail" type="email" autoComplete="username" readOnly value={email} />
        <PasswordInput
          label="New password"
          description="At least 12 characters. Length is what counts."
          autoComplete="new-password"
          autoFocus
          required
          minLength={12}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={errors['password']}
        />
        <FormProblem problem={formError(choose.error, ['password'])} />
        <Button type="submit" loading={choose.isPending}>
          Set the password
        </Button>
        <p className="faint">
          The link works once and ends <Ago at={expiresAt} />.
        </p>
      </form>
    </EntryFrame>
  );
}
