import type { ComponentDefinition } from '../component.ts';

const statusOf = { ok: 'ok', degraded: 'warning', critical: 'critical' } as const;

/** Whether the ledger takes events in and signs; after a storage error it does neither. */
export const ledgerComponent: ComponentDefinition = {
  name: 'ledger',
  title: 'Ledger',
  unit: null,
  figure: null,
  look({ sources }) {
    const { status, reasons } = sources.ledger();
    return {
      value: null,
      status: statusOf[status],
      message: reasons.length === 0 ? 'It takes events in and signs checkpoints.' : reasons.join(' '),
    };
  },
};
