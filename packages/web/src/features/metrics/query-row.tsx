import { IconBellPlus, IconCopy, IconEye, IconEyeOff, IconTrash } from '@tabler/icons-react';
import type { ExpressionFault } from '../../data/metrics.ts';
import { IconAct } from '../../ui/icon-act.tsx';
import { PromqlField } from '../../ui/promql/lazy-editor.tsx';
import type { PromqlSource } from '../../ui/promql/source.ts';
import classes from './metrics.module.css';
import type { Asked } from './search.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** One expression: edit it, hide it, repeat it, remove it. */
export function QueryRow({
  index,
  asked,
  source,
  fault,
  alone,
  onChange,
  onDuplicate,
  onRemove,
  onMakeRule,
}: {
  index: number;
  asked: Asked;
  source: PromqlSource;
  fault: ExpressionFault | null;
  alone: boolean;
  onChange: (asked: Asked) => void;
  onDuplicate: (() => void) | null;
  onRemove: () => void;
  /** Null for those who may not. */
  onMakeRule: (() => void) | null;
}) {
  const letter = letters[index] ?? '';
  return (
    <li className={classes['query']} data-off={asked.hidden || undefined}>
      <span className={classes['letter']} aria-hidden="true">
        {letter}
      </span>
      <div className={classes['expression']}>
        <PromqlField
          label={`Expression ${letter}`}
          value={asked.expression}
          source={source}
          fault={fault}
          autoFocus={alone && asked.expression === ''}
          placeholder="PromQL, such as rate(process_cpu_seconds_total[5m]); Enter runs it"
          onRun={(expression) => onChange({ ...asked, expression: expression.trim() })}
        />
        {fault === null ? null : (
          <p className={classes['fault']} role="alert">
            {fault.line === null ? '' : `Line ${fault.line}, character ${fault.column ?? 1}: `}
            {fault.message}
            {fault.heavy
              ? '. Ask for less: a shorter time, fewer series by their labels, or a rule that records the result.'
              : ''}
          </p>
        )}
      </div>
      <div className={classes['acts']}>
        <IconAct
          size={34}
          label={asked.hidden ? `Show ${letter}` : `Hide ${letter}`}
          onClick={() => onChange({ ...asked, hidden: !asked.hidden })}
        >
          {asked.hidden ? <IconEyeOff size={16} stroke={1.6} /> : <IconEye size={16} stroke={1.6} />}
        </IconAct>
        {onMakeRule === null || asked.expression === '' ? null : (
          <IconAct size={34} label={`Make a rule of ${letter}`} onClick={onMakeRule}>
            <IconBellPlus size={16} stroke={1.6} />
          </IconAct>
        )}
        {onDuplicate === null ? null : (
          <IconAct size={34} label={`Duplicate ${letter}`} onClick={onDuplicate}>
            <IconCopy size={16} stroke={1.6} />
          </IconAct>
        )}
        {alone ? null : (
          <IconAct size={34} label={`Remove ${letter}`} onClick={onRemove}>
            <IconTrash size={16} stroke={1.6} />
          </IconAct>
        )}
      </div>
    </li>
  );
}
