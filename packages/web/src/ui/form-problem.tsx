import { IconAlertCircle, IconUsers } from '@tabler/icons-react';
import { TextLink } from './link.tsx';
import classes from './form.module.css';

/** What a form was refused for, when it does not belong to one field; or that it waits for a second person. */
export function FormProblem({
  problem,
}: {
  problem: {
    readonly title?: string;
    readonly detail: string;
    readonly code: string;
    readonly requestId: string | null;
    readonly waits?: true;
  } | null;
}) {
  if (problem === null) return null;
  if (problem.waits === true) {
    return (
      <div className={classes['note']} role="status">
        <IconUsers size={16} stroke={1.8} aria-hidden="true" />
        <span>
          <strong>{problem.title}.</strong> {problem.detail}{' '}
          <TextLink to="/approvals" search={{ show: 'own' }}>
            See it there
          </TextLink>
        </span>
      </div>
    );
  }
  return (
    <div className={classes['problem']} role="alert">
      <IconAlertCircle size={16} stroke={1.8} aria-hidden="true" />
      <span>
        {problem.detail} <code>{problem.code}</code>
      </span>
    </div>
  );
}
