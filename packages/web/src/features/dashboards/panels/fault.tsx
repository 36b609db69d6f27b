import { IconAlertTriangle } from '@tabler/icons-react';
import { expressionFault } from '../../../data/metrics.ts';
import { explain, fieldErrors } from '../../../data/problem.ts';
import classes from './panels.module.css';

/** Why a panel shows nothing, or not all of it, within the panel. */
export function PanelFault({ error }: { error: Error }) {
  const fault = expressionFault(error);
  const { title, detail } = explain(error);
  const ofSearch = fieldErrors(error)['query'];
  return (
    <p className={classes['fault']} role="alert">
      <IconAlertTriangle size={15} stroke={1.6} aria-hidden="true" />
      <span>
        {fault === null
          ? ofSearch === undefined
            ? `${title}. ${detail}`
            : `The search: ${ofSearch}`
          : `${fault.line === null ? '' : `Line ${fault.line}, character ${fault.column ?? 1}: `}${fault.message}`}
      </span>
    </p>
  );
}
