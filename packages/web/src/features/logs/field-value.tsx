import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy, IconFilter, IconFilterOff } from '@tabler/icons-react';
import type { Condition } from './query-text.ts';
import classes from './record.module.css';

/** Values that are longer are no conditions that a person would want. */
const longestCondition = 300;

/** A field of a record: a click narrows to its value, leaves it out, or copies it. */
export function FieldValue({
  name,
  field,
  value,
  onNarrow,
}: {
  name: string;
  /** Its name in a search. */
  field: string;
  value: string;
  onNarrow: (condition: Condition) => void;
}) {
  const clipboard = useClipboard({ timeout: 1500 });
  // A field that a search cannot spell is only shown.
  const canNarrow = value.length <= longestCondition && /^[^\s():"\\]+$/.test(field);
  const icon = { size: 13, stroke: 1.6, 'aria-hidden': true } as const;
  return (
    <div className={classes['field']}>
      <dt className="mono">{name}</dt>
      <dd>
        <span tabIndex={value.length > 400 ? 0 : undefined}>{value}</span>
        {canNarrow ? (
          <>
            <button
              type="button"
              aria-label={`Only ${name} ${value}`}
              title={`Only ${name} ${value}`}
              onClick={() => onNarrow({ field, value })}
            >
              <IconFilter {...icon} />
            </button>
            <button
              type="button"
              aria-label={`Without ${name} ${value}`}
              title={`Without ${name} ${value}`}
              onClick={() => onNarrow({ field, value, exclude: true })}
            >
              <IconFilterOff {...icon} />
            </button>
          </>
        ) : null}
        <button
          type="button"
          aria-label={clipboard.copied ? 'Copied' : `Copy ${name}`}
          title={clipboard.copied ? 'Copied' : 'Copy'}
          onClick={() => clipboard.copy(value)}
        >
          {clipboard.copied ? <IconCheck {...icon} /> : <IconCopy {...icon} />}
        </button>
      </dd>
    </div>
  );
}
