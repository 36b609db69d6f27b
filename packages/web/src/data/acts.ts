import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { explain } from './problem.ts';

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
      if (message !== undefined) notifications.show({ message, color: 'indigo', autoClose: 3500 });
    },
    onError: (error) => {
      if (quiet) return;
      const { title, detail } = explain(error);
      notifications.show({ title, message: detail, color: 'red', autoClose: 8000 });
    },
  });
}
