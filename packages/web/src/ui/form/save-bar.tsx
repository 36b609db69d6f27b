import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { FormProblem } from '../form-problem.tsx';
import classes from '../form.module.css';

type FormFault = Parameters<typeof FormProblem>[0]['problem'];

/** The end of a form: what was wrong, save, cancel, and what else there is. */
export function SaveBar({
  problem,
  saving,
  save,
  onCancel,
  children,
}: {
  problem: FormFault;
  saving: boolean;
  save: string;
  onCancel?: () => void;
  children?: ReactNode;
}) {
  return (
    <>
      <FormProblem problem={problem} />
      <div className={classes['foot']}>
        <Button type="submit" size="xs" loading={saving}>
          {save}
        </Button>
        {children}
        {onCancel === undefined ? null : (
          <Button variant="subtle" color="gray" size="xs" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </>
  );
}
