import { FormProblem } from '../ui/form-problem.tsx';

/** Why the last evaluation of a rule failed; nothing when it did not. */
export function EvaluationFault({ error }: { error: string | null }) {
  if (error === null) return null;
  return (
    <FormProblem
      problem={{ detail: `Its last evaluation failed: ${error}`, code: 'evaluation', requestId: null }}
    />
  );
}
