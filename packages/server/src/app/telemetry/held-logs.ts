import { logCategories } from '@custos/contract';
import type { HoldService } from '../../audit/keeping/holds.ts';
import type { LegalHolds } from '../../telemetry/types.ts';

/**
 * Legal holds as telemetry sees them: a hold on all logs of the ledger keeps every category of log records, a
 * hold on the ledger's security log keeps the records of that category. Which times it is about does not
 * matter here, since telemetry goes by whole days of a category.
 */
export function heldLogs(holds: Pick<HoldService, 'list'>): LegalHolds {
  return {
    async held() {
      const inForce = await holds.list('in force');
      const reasonOf = (category: string): string | undefined =>
        inForce.find(({ logs }) => logs === null || logs.includes(category))?.reason;
      return new Map(
        logCategories.flatMap((category) => {
          const reason = reasonOf(category);
          return reason === undefined ? [] : [[category, reason] as const];
        }),
      );
    },
  };
}
