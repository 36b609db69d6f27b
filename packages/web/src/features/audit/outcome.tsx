import type { AuditEventView } from '@custos/contract';

const outcomeMarks = { attempted: '…', succeeded: '✓', failed: '✕', denied: '⊘' } as const;

/** How an act ended, as a mark and a word. */
export function Outcome({ outcome }: { outcome: AuditEventView['outcome'] }) {
  const calm = outcome === 'succeeded' || outcome === 'attempted';
  return (
    <span
      className={calm ? 'quiet' : ''}
      style={calm ? undefined : { color: 'var(--degraded)', fontWeight: 500 }}
    >
      <span aria-hidden="true">{outcomeMarks[outcome]} </span>
      {outcome}
    </span>
  );
}
