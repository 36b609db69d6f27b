import { Button } from '@mantine/core';
import { useEffect, useEffectEvent } from 'react';
import { canUsePasskeys } from '../../data/passkeys.ts';
import { formError } from '../../data/problem.ts';
import { SecondFactorForm } from '../../ui/form/second-factor-form.tsx';
import { EntryFrame } from './entry-frame.tsx';
import classes from './entry.module.css';
import { useSecondStep } from './queries.ts';
import type { FactorStep } from './second-step.ts';

/** The second step: the password was right, and a second factor shows that it is its owner. */
export function SecondStepPage({
  step,
  lead,
  onDone,
  onBack,
}: {
  step: FactorStep;
  /** What the first step has shown. */
  lead: string;
  onDone: () => void;
  /** Back to the first step; `late` when the time for this one is over. */
  onBack: (late: boolean) => void;
}) {
  const present = useSecondStep();
  const methods = step.methods.filter((method) => method !== 'passkey' || canUsePasskeys());
  const beginAgain = useEffectEvent(() => onBack(true));
  useEffect(() => {
    const timer = window.setTimeout(() => beginAgain(), Math.max(0, step.expiresAt - Date.now()));
    return () => window.clearTimeout(timer);
  }, [step.expiresAt]);

  return (
    <EntryFrame title="Second step" lead={lead}>
      {methods.length === 0 ? (
        <p role="alert">
          Your second factor is a passkey, which this browser cannot use here. Open Custos over HTTPS in
          another browser, or ask an administrator to reset it.
        </p>
      ) : (
        <SecondFactorForm
          methods={methods}
          problem={formError(present.error, [])}
          busy={present.isPending}
          submit="Sign in"
          onProof={(proof) => present.mutate({ step, proof }, { onSuccess: onDone })}
        />
      )}
      <Button
        className={classes['back'] ?? ''}
        variant="subtle"
        color="gray"
        size="xs"
        onClick={() => onBack(false)}
      >
        Begin again
      </Button>
    </EntryFrame>
  );
}
