import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCopy, IconEye, IconEyeOff, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ExpressionFault } from '../../data/metrics.ts';
import { PromqlField } from '../../ui/promql/lazy-editor.tsx';
import type { PromqlSource } from '../../ui/promql/source.ts';
import classes from './metrics.module.css';
import type { Asked } from './search.ts';

function Act({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={34} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

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
}: {
  index: number;
  asked: Asked;
  source: PromqlSource;
  fault: ExpressionFault | null;
  alone: boolean;
  onChange: (asked: Asked) => void;
  onDuplicate: (() => void) | null;
  onRemove: () => void;
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
          </p>
        )}
      </div>
      <div className={classes['acts']}>
        <Act
          label={asked.hidden ? `Show ${letter}` : `Hide ${letter}`}
          onClick={() => onChange({ ...asked, hidden: !asked.hidden })}
        >
          {asked.hidden ? <IconEyeOff size={16} stroke={1.6} /> : <IconEye size={16} stroke={1.6} />}
        </Act>
        {onDuplicate === null ? null : (
          <Act label={`Duplicate ${letter}`} onClick={onDuplicate}>
            <IconCopy size={16} stroke={1.6} />
          </Act>
        )}
        {alone ? null : (
          <Act label={`Remove ${letter}`} onClick={onRemove}>
            <IconTrash size={16} stroke={1.6} />
          </Act>
        )}
      </div>
    </li>
  );
}
