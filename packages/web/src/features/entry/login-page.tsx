import { Button, PasswordInput, TextInput } from '@mantine/core';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { formError } from '../../data/problem.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { EntryFrame } from './entry-frame.tsx';
import classes from './entry.module.css';
import { useSignIn } from './queries.ts';

const route = getRouteApi('/login');

/** Only paths of this dashboard: a link must not send people elsewhere after they sign in. */
function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
}

export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: () => router.history.push(safeNext(next)) });
  }

  return (
    <EntryFrame title="Sign in" lead="To see what Custos watches.">
      <form className={classes['form']} onSubmit={submit}>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FormProblem problem={formError(signIn.error, [])} />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </EntryFrame>
  );
}
