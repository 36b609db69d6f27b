import type { JobRunView } from '@custos/contract';

const looks: Record<JobRunView['outcome'], readonly [mark: string, word: string, calm: boolean]> = {
  succeeded: ['✓', 'Succeeded', true],
  skipped: ['–', 'Skipped', true],
  replaced: ['–', 'Replaced', true],
  interrupted: ['‖', 'Interrupted', true],
  failed: ['✕', 'Failed', false],
  timed_out: ['✕', 'Timed out', false],
  lost: ['?', 'Lost', false],
  missed: ['!', 'Missed', false],
};

/** How a run ended, as shape and word. */
export function Outcome({ outcome }: { outcome: JobRunView['outcome'] }) {
  const [mark, word, calm] = looks[outcome];
  return (
    <span
      className={calm ? 'quiet' : ''}
      style={calm ? undefined : { color: 'var(--degraded)', fontWeight: 500 }}
    >
      <span aria-hidden="true">{mark} </span>
      {word}
    </span>
  );
}
