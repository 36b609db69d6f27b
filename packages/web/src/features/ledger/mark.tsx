import type { Status } from '@custos/contract';
import { useIsCurrent } from '../../data/live-state.ts';
import { StatusMark } from '../../ui/status.tsx';

/** The mark of a status, as long as it is the present one: without a connection nothing is drawn green. */
export function CurrentMark({ status }: { status: Status }) {
  return <StatusMark status={useIsCurrent() ? status : 'unknown'} />;
}
