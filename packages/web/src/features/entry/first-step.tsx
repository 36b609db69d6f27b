import { Button, PasswordInput, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { canUsePasskeys } from '../../data/passkeys.ts';
import { formError, type Explanation } from '../../data/problem.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { TextLink } from '../../ui/link.tsx';
import { EntryFrame } from './entry-frame.tsx';
import classes from './entry.module.css';
import { methodsQuery, providerPath, usePasskeySignIn, useSignIn } from './queries.ts';
import type { FactorStep } from './second-step.ts';

/** A wrong password and a lock get one answer; what to do about either is said as well. */
function withAdvice(problem: Explanation | null, passkeys: boolean): Explanation | null {
  if (problem?.code !== 'sign_in_failed') return problem;
  const passes = passkeys ? ' A passkey lets you in all the same.' : '';
  return {
    ...problem,
    detail: `${problem.detail} Five failures lock an account for 15 minutes.${passes}`,
  };
}

/** The first step: a passkey, which is enough by itself, a password, or an identity provider. */
export function FirstStepPage({
  problem,
  onStep,
  onDone,
}: {
  /** What the page was led to with; gone with the next attempt. */
  problem: Explanation | null;
  onStep: (step: FactorStep) => void;
  onDone: () => void;
}) {
  const methods = useQuery(methodsQuery).data;
  const signIn = useSignIn();
  const passkey = usePasskeySignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const passkeys = methods?.passkeys === true && canUsePasskeys();
  const providers = methods?.providers ?? [];
  const tried = signIn.isIdle && passkey.isIdle ? problem : null;
  const failed = signIn.error ?? passkey.error;

  function submit(event: FormEvent): void {
    event.preventDefault();
    passkey.reset();
    signIn.mutate(
      { email, password },
      { onSuccess: (outcome) => ('step' in outcome ? onStep(outcome) : onDone()) },
    );
  }

  return (
    <EntryFrame title="Sign in" lead="To see what Custos watches.">
      {tried === null ? null : (
        <div className={classes['arrived']}>
          <FormProblem problem={tried} />
        </div>
      )}
      {passkeys ? (
        <Button
          fullWidth
          loading={passkey.isPending}
          leftSection={<IconFingerprint size={17} stroke={1.7} />}
          onClick={() => {
            signIn.reset();
            passkey.mutate(undefined, { onSuccess: onDone });
          }}
        >
          Sign in with a passkey
        </Button>
      ) : null}
      {providers.map((provider) => (
        <Button
          key={provider.id}
          component="a"
          href={providerPath(provider.id)}
          variant="default"
          fullWidth
          mt={passkeys ? 8 : 0}
        >
          Sign in with {provider.name}
        </Button>
      ))}
      {passkeys || providers.length > 0 ? <p className={classes['or']}>or with your password</p> : null}
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
        <FormProblem problem={withAdvice(formError(failed, []), passkeys)} />
        <Button type="submit" variant={passkeys ? 'default' : 'filled'} loading={signIn.isPending}>
          Sign in
        </Button>
        {methods?.resets === true ? (
          <TextLink to="/forgotten" className={classes['aside'] ?? ''}>
            Forgot your password?
          </TextLink>
        ) : null}
      </form>
    </EntryFrame>
  );
}
