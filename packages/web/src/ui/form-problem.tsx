import { IconAlertCircle } from '@tabler/icons-react';
import classes from './form.module.css';

/** What a form was refused for, when it does not belong to one field. */
export function FormProblem({
  problem,
}: {
  problem: { readonly detail: string; readonly code: string; readonly requestId: string | null } | null;
}) {
  if (problem === null) return null;
  return (
    <div className={classes['problem']} role="alert">
      <IconAlertCircle size={16} stroke={1.8} aria-hidden="true" />
      <span>
        {problem.detail} <code>{problem.code}</code>
      </span>
    </div>
  );
}
