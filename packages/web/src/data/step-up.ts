/** Asks the person to prove that it is them; resolves with true once they have. */
type Ask = () => Promise<boolean>;

let ask: Ask | null = null;
let asking: Promise<boolean> | null = null;

/**
 * How long the repeated call may take to be answered, ms: the time limit of the first one ran while the
 * person was asked. What it answers may come for longer, since it may be a file.
 */
const repeatTimeoutMs = 30_000;

/** Whoever shows the dialog registers here; returns what takes it back. */
export function onStepUp(asker: Ask): () => void {
  ask = asker;
  return () => {
    if (ask === asker) ask = null;
  };
}

async function needsProof(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return (body as { code?: unknown } | null)?.code === 'step_up_required';
}

/**
 * `fetch` that, where an act needs a fresh proof of who is asking, asks the person for it and then repeats
 * the call. Calls at the same time share one question. Without a proof the refusal stands.
 */
export const fetchWithStepUp: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (ask === null || !(await needsProof(response))) return response;
  asking ??= ask().finally(() => {
    asking = null;
  });
  if (!(await asking)) return response;
  const overdue = new AbortController();
  const timer = setTimeout(() => overdue.abort(), repeatTimeoutMs);
  return fetch(input, { ...init, signal: overdue.signal }).finally(() => clearTimeout(timer));
};
