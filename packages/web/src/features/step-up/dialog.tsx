import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { fieldErrors, formError } from '../../data/problem.ts';
import { Loaded } from '../../data/loaded.tsx';
import { SecondFactorForm } from '../../ui/form/second-factor-form.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { proofMethodsQuery, useStepUp } from './queries.ts';
import classes from './dialog.module.css';

/** Asks for a fresh proof before an act that needs one; the act goes on by itself afterwards. */
export default function StepUpDialog({ onEnd }: { onEnd: (proven: boolean) => void }) {
  const methods = useQuery(proofMethodsQuery);
  const prove = useStepUp();
  const wrongPassword = fieldErrors(prove.error)['proof.password'];
  const problem = formError(prove.error, []);
  return (
    <Modal opened onClose={() => onEnd(false)} title="Confirm that it is you" size="sm">
      <p className={classes['lead']}>
        What you are about to do needs a fresh confirmation. It counts for five minutes.
      </p>
      <Loaded query={methods} skeleton={<SkeletonRows rows={2} />}>
        {(known) =>
          known.length === 0 ? (
            <Empty title="No factor works at this address">
              Open Custos at its public address, where your passkey belongs, or sign in there.
            </Empty>
          ) : (
            <SecondFactorForm
              methods={known}
              problem={
                problem !== null && wrongPassword !== undefined
                  ? { ...problem, detail: 'That is not your password.' }
                  : problem
              }
              busy={prove.isPending}
              submit="Confirm"
              onProof={(proof) => prove.mutate(proof, { onSuccess: () => onEnd(true) })}
            />
          )
        }
      </Loaded>
    </Modal>
  );
}
