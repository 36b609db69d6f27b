import {
  approvalKindNames,
  approvalMode,
  type ApprovalKindName,
  type ApprovalKindView,
  type ApprovalMode,
} from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import type { State } from '../../storage/state/state.ts';
import { policyStore } from '../policy-store.ts';
import { approvalKindDefinitions } from './kinds.ts';

const prefix = 'approval.';
const viewOf = (kind: ApprovalKindName, mode: ApprovalMode): ApprovalKindView => {
  const { title, description, expiresMs } = approvalKindDefinitions[kind];
  return { kind, title, description, mode, expiresMs };
};
const strength: Readonly<Record<ApprovalMode, number>> = { off: 0, 'when-possible': 1, always: 2 };

/** When each kind of act needs a second person, in this installation. */
export function createModes({ state, clock }: { readonly state: State; readonly clock: Clock }) {
  function read(kind: ApprovalKindName, stored: string | undefined): ApprovalMode {
    const chosen = approvalMode.safeParse(stored);
    return chosen.success ? chosen.data : approvalKindDefinitions[kind].mode;
  }

  async function modeOf(kind: ApprovalKindName): Promise<ApprovalMode> {
    return read(kind, await policyStore(state.read).policy(prefix + kind));
  }

  return {
    modeOf,

    async kinds(): Promise<ApprovalKindView[]> {
      const chosen = await policyStore(state.read).policies(prefix);
      return approvalKindNames.map((kind) => viewOf(kind, read(kind, chosen.get(kind))));
    },

    /** True when `mode` asks for a second person less often than now. */
    async weakens(kind: ApprovalKindName, mode: ApprovalMode): Promise<boolean> {
      return strength[mode] < strength[await modeOf(kind)];
    },

    async setMode(kind: ApprovalKindName, mode: ApprovalMode): Promise<ApprovalKindView> {
      await policyStore(state.write).putPolicy(prefix + kind, mode, clock.now());
      return viewOf(kind, mode);
    },
  };
}
