import { auditSeverity } from '@custos/contract';
import { z } from 'zod';
import { createCatalogue } from '../../../audit/events/catalogue.ts';
import { ownType } from '../../../audit/events/own-type.ts';
import { profiles, type ProfileName } from '../../../audit/events/profiles.ts';
import { retentionClasses } from '../../../audit/events/retention.ts';
import { auditSettings } from '../../../audit/events/settings.ts';
import { compressionKind, entryName, faultsIn, keyPrefix, objectAddress, objectSecrets } from './fields.ts';
import { egressConfiguration } from './egress.ts';
import { anchorsConfiguration, originText, policyText, witnessConfiguration } from './outside.ts';

const days = z.number().int().min(1).max(36_500).nullable();
const fieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'must be a word of letters and digits');

/** A type of event of somebody's own, as plain data: `OwnTypeDescription`. */
const describedType = z.strictObject({
  type: z.string(),
  title: z.string().min(1).max(200),
  /** The log that keeps it. */
  retention: z.string(),
  severity: auditSeverity.optional(),
  fields: z
    .record(
      fieldName,
      z.strictObject({
        kind: z.enum(['text', 'number', 'boolean', 'json']),
        required: z.boolean().optional(),
        sensitive: z.enum(['actor', 'target']).optional(),
      }),
    )
    .refine((fields) => !Object.hasOwn(fields, 'extra'), 'must not have "extra", which every type has'),
});

const builtInLogs = retentionClasses.map(({ name }) => name);

/** The audit log: its logs, who outside confirms it, and where its events go. `audit` of the file. */
export const auditConfiguration = z
  .strictObject({
    /** Each log signs as `ORIGIN/LOG`. Derived from the secret key of the installation when absent. */
    origin: originText.optional(),
    /** A named set of `settings`. */
    profile: z.enum(Object.keys(profiles) as [ProfileName, ...ProfileName[]]).optional(),
    /** Figures by the names in docs/audit.md, such as `RATE_LIMIT_PER_SECOND`. */
    settings: z.record(z.string(), z.number('must be a number')).default({}),
    /** Logs beside general, security and financial. */
    logs: z
      .array(
        z.strictObject({
          name: entryName.refine((name) => !builtInLogs.includes(name), 'must be that of no built-in log'),
          /** Null keeps for ever. */
          retentionDays: days,
        }),
      )
      .default([]),
    /** By log; what is left out stays as it is built in, or as `logs` says. */
    retention: z
      .record(
        z.string(),
        z.strictObject({
          days: days.optional(),
          /** True: nothing goes before a checked copy of it is in `archive`. */
          archive: z.boolean().default(false),
        }),
      )
      .default({}),
    types: z.array(describedType).default([]),
    /** Signs checkpoints with ML-DSA-44 too. */
    mlDsa44: z.boolean().default(false),
    /** What of `/ledger/...` everybody may read: nothing, all but the entries, or all. */
    public: z.enum(['off', 'hashes', 'all']).default('off'),
    policy: policyText.optional(),
    /** True: nothing is signed after a start before somebody outside was asked for the newest head. */
    outsideRequired: z.boolean().default(false),
    witness: witnessConfiguration.optional(),
    anchors: anchorsConfiguration.default([]),
    egress: egressConfiguration.default([]),
    archive: z
      .strictObject({
        address: objectAddress,
        secrets: objectSecrets.optional(),
        prefix: keyPrefix.default('audit-archive/'),
        compression: compressionKind.default('zstd'),
      })
      .optional(),
    backup: z
      .strictObject({
        address: objectAddress,
        secrets: objectSecrets.optional(),
        prefix: keyPrefix.default('audit-backup/'),
        everyHours: z.number().int().min(1).max(8760).default(24),
        /** So many good ones stay. */
        keep: z.number().int().min(1).max(1000).default(14),
        compression: compressionKind.default('zstd'),
        encrypt: z.boolean().default(true),
      })
      .optional(),
  })
  .superRefine((audit, context) => {
    const add = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };

    for (const { field, message } of faultsIn(() => auditSettings(audit.settings, audit.profile))) {
      add(['settings', field], message);
    }
    const own = audit.logs.map(({ name }) => name);
    const all = [...builtInLogs, ...own];
    const isUnknown = (log: string): boolean => !all.includes(log);
    const wanted = `must be among ${all.join(', ')}`;

    for (const [index, name] of own.entries()) {
      if (own.indexOf(name) < index) add(['logs', index, 'name'], 'is used twice');
    }
    for (const [log, rule] of Object.entries(audit.retention)) {
      if (isUnknown(log)) add(['retention', log], `is no log; it ${wanted}`);
      if (rule.days !== undefined && own.includes(log)) {
        add(['retention', log, 'days'], 'must be left out: logs says it already');
      }
      if (
        typeof rule.days === 'number' &&
        retentionClasses.some((one) => one.name === log && one.days === null)
      ) {
        add(['retention', log, 'days'], `must be null: "${log}" is kept for ever`);
      }
      if (rule.archive && audit.archive === undefined) {
        add(['retention', log, 'archive'], 'needs archive.address, where archives go');
      }
    }
    for (const [index, { logs = [] }] of audit.egress.entries()) {
      for (const [place, log] of logs.entries())
        if (isUnknown(log)) add(['egress', index, 'logs', place], wanted);
    }
    for (const { field, message } of faultsIn(() => createCatalogue(audit.types.map(ownType), own))) {
      // `types.NAME.FIELD`, where the name has full stops of its own; of two with one name the later is at fault.
      const index = audit.types.findLastIndex(({ type }) => field.startsWith(`types.${type}.`));
      add(['types', index, field.slice(`types.${audit.types[index]?.type}.`.length)], message);
    }
  });

export type AuditConfiguration = z.output<typeof auditConfiguration>;
