import { erasureInput, erasureReport } from '@custos/contract';
import { invalidInput, unavailable } from '../../base/errors.ts';
import type { Routes } from '../../http/types.ts';
import { recordRequest } from '../routes-record.ts';
import type { AuditLog } from '../types.ts';
import type { Vault } from './service.ts';

export interface PrivacyRouteParts {
  readonly vault: Pick<Vault, 'erase'>;
  readonly audit: AuditLog;
}

/** Shorter ids stand in any text: that of user 12 in "ticket 12" names nobody. */
const tellingLength = 4;

/**
 * `POST /api/v1/audit/erasures`. Destroys what the vault has about a subject. The attempt is on record
 * before and what was destroyed afterwards, as `data.erasure`, under the vault's pseudonym: a record that
 * named the person would bring back for good what was erased.
 */
export function privacyRoutes({ vault, audit }: PrivacyRouteParts): Routes {
  return async (app) => {
    app.route({
      method: 'POST',
      url: '/api/v1/audit/erasures',
      config: { access: 'data.erase', audit: 'data.erase', stepUp: true },
      schema: {
        summary: 'Erase what the vault has about a person',
        description:
          'Destroys key, salts and values of the sealed fields of a subject; every proof still verifies. ' +
          'It cannot be undone. The reason stays on record and must not name the person.',
        body: erasureInput,
        response: { 200: erasureReport },
      },
      handler: async (request) => {
        const { subject, reason } = request.body;
        if (subject.id.length >= tellingLength && reason.toLowerCase().includes(subject.id.toLowerCase())) {
          throw invalidInput([
            { field: 'reason', message: 'must not name the person: it stays on record for years' },
          ]);
        }
        const { subjectRef, ...report } = await vault.erase(subject);
        const { fields, events, ...extra } = report;
        try {
          await recordRequest(audit, request, {
            type: 'data.erasure',
            action: 'data.erase',
            details: {
              subjectRef: subjectRef ?? 'none',
              fields,
              events,
              reason,
              extra: { subjectType: subject.type, ...extra },
            },
          });
        } catch (error) {
          throw unavailable(
            'audit_unavailable',
            `It was erased (${fields} fields of ${events} events). On record is the attempt only; say so where you keep your own records.`,
            error,
          );
        }
        return { ...report, byField: { ...report.byField } };
      },
    });
  };
}
