import type { ProbeResultView } from '@custos/contract';
import { latency, measured, valueTitle } from '../../../ui/format.ts';
import { StatusBadge } from '../../../ui/status.tsx';
import classes from './edit.module.css';

/** What one check found, beside the form that asked. */
export function TryResult({ result }: { result: ProbeResultView }) {
  return (
    <div className={classes['result']} role="status">
      <StatusBadge status={result.status === 'inconclusive' ? 'unknown' : result.status} />
      <span>{latency(result.latencyMs)}</span>
      <p>{result.message}</p>
      <span className="faint">
        {Object.entries(result.values)
          .map(([name, value]) => `${valueTitle(name)} ${measured(name, value)}`)
          .join(' · ')}
      </span>
    </div>
  );
}
