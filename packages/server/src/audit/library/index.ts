/** `custos/ledger`: the audit log and the ledger below it, for one process without a server. */
export { openAuditLog } from './open-audit-log.ts';
export type {
  Asker,
  AuditLog,
  AuditLogOptions,
  EventDraft,
  LogPlace,
  RecordedEvent,
  RecordResult,
} from './types.ts';
export { createManualClock, systemClock, type Clock } from '../../base/clock.ts';
export { CustosError, type FieldFault } from '../../base/errors.ts';
export type { EventType } from '../events/event-type.ts';
export type { OwnTypeDescription } from '../events/own-type.ts';
export type { LeafEvent, Party } from '../events/types.ts';
export type { AuditFilter, FoundEvent } from '../index/types.ts';
export { parsePolicy, type TrustPolicy } from '../log/formats/policy.ts';
export { verifyProof } from '../log/formats/tlog-proof.ts';
export { deriveLogKeys, type LogKeys } from '../log/log-keys.ts';
export { openLedger } from '../log/ledger.ts';
export type { Ledger, LedgerHealth, LedgerOptions } from '../log/ledger-types.ts';
export { verifyLog, type VerifyOptions } from '../log/verify/verify-log.ts';
export type { Finding, Verification } from '../log/verify/findings.ts';
export type { ErasureReport, Subject } from '../vault/types.ts';
