import { useMutation } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';

/** Acknowledges with the token of a message's link. */
export function useAcknowledgeByLink() {
  return useMutation({ mutationFn: (token: string) => custos.alerts.acknowledgeByLink(token) });
}
