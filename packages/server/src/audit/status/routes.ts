import { setImmediate as nextTurn } from 'node:timers/promises';
import { auditIndexCheck, done, ledgerStatus, type AuditIndexCheck } from '@custos/contract';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { actorOf } from '../../http/audit-hook.ts';
import type { Routes } from '../../http/types.ts';
import type { AuditIndex } from '../index/service.ts';
import type { CompletenessReport } from '../index/types.ts';
import type { ReadLedgerStatus } from './ledger-status.ts';
import type { LedgerVerification } from './verification.ts';

export interface LedgerRouteParts {
  readonly status: ReadLedgerStatus;
  readonly verification: Pick<LedgerVerification, 'start'>;
  readonly index: Pick<AuditIndex, 'checkCompleteness' | 'rebuild'>;
  readonly log: Logger;
}

const completenessView = ({ logs, ...report }: CompletenessReport): AuditIndexCheck => ({
  ...report,
  logs: logs.map(({ differing, ...log }) => ({
    ...log,
    differing: differing.map(({ indexes, ...range }) => ({ ...range, indexes: [...indexes] })),
  })),
});

/** The state of the ledger, its verification, and its index. */
export function ledgerRoutes({ status, verification, index, log }: LedgerRouteParts): Routes {
  return async (app) => {
    app.get(
      '/api/v1/audit/ledger',
      {
        config: { access: 'audit.read' },
        schema: {
          summary: 'The ledger: its logs, witnesses, anchors, destinations, index and last verification',
          response: { 200: ledgerStatus },
        },
      },
      () => status(),
    );

    app.post(
      '/api/v1/audit/ledger/verify',
      {
        // `ledger.verify` is the act that ends with the result, and is recorded with it.
        config: { access: 'ledger.manage', audit: 'ledger-verification.start' },
        schema: {
          summary: 'Verify the whole ledger',
          description: 'Begins; the result is in `verification` of the ledger and on record. One at a time.',
          response: { 200: done },
        },
      },
      async (request) => {
        verification.start(actorOf(request.identity));
        return { ok: true as const };
      },
    );

    app.post(
      '/api/v1/audit/index/check',
      {
        config: { access: 'ledger.manage', audit: 'audit-index.check' },
        schema: {
          summary: 'Compare the index with the logs',
          description: 'Range by range, by count and digest; names the entries in which they differ.',
          response: { 200: auditIndexCheck },
        },
      },
      async (request) => {
        const report = completenessView(await index.checkCompleteness());
        request.auditDetails = { ok: report.ok, durationMs: Math.round(report.durationMs) };
        return report;
      },
    );

    app.post(
      '/api/v1/audit/index/rebuild',
      {
        config: { access: 'ledger.manage', audit: 'audit-index.rebuild' },
        schema: {
          summary: 'Make the index anew from the logs',
          description: 'Begins; `index.rebuild` of the ledger says how far it is. Searches go on meanwhile.',
          response: { 200: done },
        },
      },
      async () => {
        let refusal: unknown;
        let answered = false;
        const rebuilding = index.rebuild().catch((error: unknown) => {
          if (answered) log.error({ reason: messageOf(error) }, 'the index of the audit log was not rebuilt');
          else refusal = error;
        });
        // A rebuild that may not begin is refused at once; one that began takes long.
        await Promise.race([rebuilding, nextTurn()]);
        answered = true;
        if (refusal !== undefined) throw refusal;
        return { ok: true as const };
      },
    );
  };
}
