import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';

export const fetchTokens = custos.tokens.list;

export function useAddToken() {
  return useAct({ run: custos.tokens.create, touches: ['tokens'], quiet: true });
}

export function useRevokeToken() {
  return useAct({ run: custos.tokens.revoke, touches: ['tokens'], done: 'The token is revoked.' });
}
