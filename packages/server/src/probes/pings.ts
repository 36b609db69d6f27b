import { notFound } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { State } from '../storage/state/state.ts';
import { hashPingToken } from './ping-token.ts';
import { nextPing, type PingCall } from './rules/next-ping.ts';
import { findProbeByPing, lockPing, savePing } from './store.ts';

/**
 * Records a call of a watched job and returns its probe's id; durable when it resolves. Raises `not_found`
 * for a token that belongs to no probe, without saying more.
 */
export async function recordPing(
  { state, clock }: { readonly state: State; readonly clock: Clock },
  token: string,
  call: PingCall,
): Promise<string> {
  const probeId = await findProbeByPing(state.read, hashPingToken(token));
  if (probeId === undefined) throw notFound('heartbeat', 'of this address');
  await state.transaction(async (tx) => {
    await savePing(tx, probeId, nextPing(await lockPing(tx, probeId), call, clock.now()));
  });
  return probeId;
}
