import type { channelTestResult } from '@custos/contract';
import type { z } from 'zod';
import { DeliveryStateWord } from '../../ui/delivery-state.tsx';
import { latency } from '../../ui/format.ts';
import classes from './test-result.module.css';

/** What the provider said to a test. */
export function TestResult({ result }: { result: z.output<typeof channelTestResult> }) {
  return (
    <div className={classes['result']} role="status">
      <DeliveryStateWord state={result.delivered ? 'delivered' : 'failed'} />
      <span className="faint">{latency(result.latencyMs)}</span>
      <code>{result.error ?? result.answer}</code>
    </div>
  );
}
