import type { Severity } from '@custos/contract';
import classes from './severity.module.css';

const bars: Record<Severity, number> = { critical: 0, high: 4, medium: 3, low: 2, info: 1 };

export const severityWords: Record<Severity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Info',
};

/** Severity as colour, shape and word: bars that fill, and a filled square with a mark for critical. */
export function SeverityBadge({ severity, word = true }: { severity: Severity; word?: boolean }) {
  const filled = bars[severity];
  return (
    <span className={`${classes['badge']} ${classes[severity]}`}>
      <svg width="14" height="12" viewBox="0 0 14 12" role="img" aria-label={severityWords[severity]}>
        {severity === 'critical' ? (
          <>
            <rect x="1" width="12" height="12" rx="2.5" fill="currentColor" />
            <path d="M7 2.6v4.2M7 8.4v1.2" stroke="var(--bg)" strokeWidth="1.7" />
          </>
        ) : (
          [0, 1, 2, 3].map((index) => (
            <rect
              key={index}
              x={index * 3.6}
              y={9 - index * 3}
              width="2.6"
              height={3 + index * 3}
              rx="0.8"
              fill={index < filled ? 'currentColor' : 'var(--line-strong)'}
            />
          ))
        )}
      </svg>
      {word ? severityWords[severity] : null}
    </span>
  );
}
