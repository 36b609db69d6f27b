import { useMutation, useQueryClient } from '@tanstack/react-query';
import { explain } from './problem.ts';

interface Note {
  readonly title?: string;
  readonly message: string;
  readonly color: string;
  readonly autoClose: number;
}

/** Shows a short note; its code is loaded when the first one is due, if it has not come yet. */
function note(content: Note): void {
  void import('@mantine/notifications').then(({ notifications }) =>
    notifications.show({ ...content, closeButtonProps: { 'aria-label': 'Close' } }),
  );
}

/**
 * A change that says in a word that it was done, or what went wrong, and makes stale what it touched.
 * Forms show their own faults and leave `quiet` on.
 */
export function useAct<Input, Output>({
  run,
  touches,
  done,
  quiet = false,
}: {
  run: (input: Input) => Promise<Output>;
  touches: readonly string[];
  done?: string | ((output: Output) => string);
  quiet?: boolean;
}) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (output) => {
      for (const resource of touches) void cache.invalidateQueries({ queryKey: [resource] });
      const message = typeof done === 'function' ? done(output) : done;
      if (message !== undefined) note({ message, color: 'indigo', autoClose: 3500 });
    },
    onError: (error) => {
      const { title, detail, waits } = explain(error);
      if (waits === true) void cache.invalidateQueries({ queryKey: ['approvals'] });
      if (quiet) return;
      note({ title, message: detail, color: waits === true ? 'indigo' : 'red', autoClose: 8000 });
    },
  });
}
