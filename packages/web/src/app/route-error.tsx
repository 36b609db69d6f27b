import type { ErrorComponentProps } from '@tanstack/react-router';
import { explain } from '../data/problem.ts';
import { Problem } from '../ui/states.tsx';

/** What a page shows when its own code or its first answer fails. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  return <Problem {...explain(error)} onRetry={reset} />;
}
