import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { EntryFrame } from './entry-frame.tsx';
import classes from './entry.module.css';
import { methodsQuery, useAskReset } from './queries.ts';

/** Asks for a link by which a forgotten password is replaced. The answer never tells who has an account. */
export function ForgottenPage() {
  const methods = useQuery(methodsQuery).data;
  const ask = useAskReset();
  const [email, setEmail] = useState('');
  const back = (
    <LinkButton to="/login" variant="default">
      To the sign-in
    </LinkButton>
  );

  if (methods?.resets === false) {
    return (
      <EntryFrame
        title="Forgot your password?"
        lead="This installation sends no e-mails. Ask an administrator; they get you a link."
      >
        {back}
      </EntryFrame>
    );
  }
  if (ask.isSuccess) {
    return (
      <EntryFrame
        title="Look into your mailbox"
        lead={`If there is an account for ${email}, a link is on its way. It works once, for 60 minutes.`}
      >
        {back}
      </EntryFrame>
    );
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    ask.mutate(email);
  }
  return (
    <EntryFrame title="Forgot your password?" lead="A link by e-mail lets you choose another one.">
      <form className={classes['form']} onSubmit={submit}>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          error={fieldErrors(ask.error)['email']}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <FormProblem problem={formError(ask.error, ['email'])} />
        <Button type="submit" loading={ask.isPending}>
          Send the link
        </Button>
        {back}
      </form>
    </EntryFrame>
  );
}
