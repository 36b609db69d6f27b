import type { LedgerStatusView } from '@custos/contract';
import type { MockAudit } from './mock-events.ts';

const start = Date.now();
const hour = 3_600_000;
const verification = { startedAt: 0 };

export function beginVerification(): void {
  verification.startedAt = Date.now();
}

function progress(audit: MockAudit, behind: number, error: string | null) {
  return [...audit.logs.entries()].map(([log, { leaves }]) => ({
    log,
    size: leaves.length - behind,
    confirmedAt: error === null ? Date.now() - 4000 : start - 3 * hour,
    lagEntries: behind,
    lagMs: behind * 60_000,
    failures: error === null ? 0 : 12,
    error,
  }));
}

/** The state of the ledger as a server would tell it. */
export function ledgerOf(audit: MockAudit, state: string): LedgerStatusView {
  const broken = state === 'forked';
  const bare = state === 'bare' || state === 'empty';
  const names = [...audit.logs.keys()];
  const sizeOf = (name: string): number =>
    state === 'empty' ? 0 : (audit.logs.get(name)?.leaves.length ?? 0);
  const running = verification.startedAt > 0 && Date.now() - verification.startedAt < 6000;
  return {
    status: broken ? 'critical' : bare ? 'ok' : 'degraded',
    reasons: broken
      ? ['The witness of the bank saw another history of custos.example.com/security at 212 entries.']
      : bare
        ? []
        : ['The witness of the bank has not answered for 3 hours.'],
    store: 'files',
    guarantee: bare
      ? 'Nobody who changes an entry can keep the change from whoever remembers an earlier checkpoint. Without a witness or an anchor outside, whoever holds the key of this installation could write a second history and show it to those who never looked before.'
      : 'An entry that a witness has seen cannot be changed, removed or shown differently to others, not even by whoever runs this installation. What is newer than the last witnessed checkpoint rests on this installation alone.',
    journalBytes: 67_108_864,
    logs: names.map((name, index) => ({
      name,
      origin: audit.logs.get(name)?.origin ?? '',
      size: sizeOf(name),
      bytes: sizeOf(name) * 640,
      perSecond: [0.4, 12.3, 0.01][index] ?? 0,
      minimumIndex: name === 'general' ? 20 : 0,
      retentionDays: [730, 2557, null][index] ?? null,
      archive: name === 'general',
      checkpoint:
        state === 'empty'
          ? null
          : {
              size: sizeOf(name),
              root: audit.logs.get(name)?.root ?? '',
              at: Date.now() - 800,
              note: audit.logs.get(name)?.checkpoint ?? '',
            },
      verifierKeys: [audit.logs.get(name)?.vkey ?? ''],
    })),
    policy: `${[...audit.logs.values()].map(({ vkey }) => `log ${vkey}`).join('\n')}\nquorum none\n`,
    witnessKeys: bare
      ? []
      : ['witness.example.com/custos+7c1f9c3b+BGNvc2lnbmVyIGtleSBvZiB0aGlzIGluc3RhbGxhdGlvbg=='],
    witnesses: bare
      ? []
      : [
          {
            name: 'notary',
            url: 'https://notary.example.org',
            state: 'ok',
            logs: progress(audit, 0, null),
          },
          {
            name: 'bank-of-the-northern-provinces-second-witness',
            url: 'https://custos.bank-of-the-northern-provinces.example.org/witness',
            state: broken ? 'forked' : 'failing',
            logs: progress(audit, 31, 'connect ETIMEDOUT 192.0.2.17:443'),
          },
        ],
    anchors: bare
      ? []
      : [{ name: 'vault-bucket', kind: 's3-lock', intervalMs: 300_000, logs: progress(audit, 2, null) }],
    egress: bare
      ? []
      : [
          {
            destination: 'siem',
            kind: 'syslog',
            sending: true,
            logs: names.map((log, index) => ({
              log,
              next: sizeOf(log) - index * 3,
              size: sizeOf(log),
              behind: index * 3,
              lagMs: index * 2000,
              skipped: 0,
              failures: index === 2 ? 4 : 0,
              lastSentAt: Date.now() - 3000,
              lastError:
                index === 2 ? { at: start - hour, message: 'connect ECONNREFUSED 192.0.2.4:6514' } : null,
            })),
          },
        ],
    index: {
      state: state === 'columns-down' ? 'away' : 'indexing',
      logs: names.map((log) => ({ log, indexed: sizeOf(log), size: sizeOf(log), behind: 0 })),
      queries: { count: 41, p50Ms: 3.2, p95Ms: 48 },
      rebuild: state === 'busy' ? { startedAt: start, done: 120_000, total: 400_000 } : null,
      lastError: null,
      lastCheck: { ok: !broken, checkedAt: start - hour, differing: broken ? 2 : 0 },
    },
    verification: broken
      ? {
          state: 'failed',
          startedAt: start - hour,
          durationMs: 4200,
          entries: 700,
          findings: ['security: entry 212 has another hash than its tile tile/0/000 says.'],
        }
      : verification.startedAt === 0 && bare
        ? null
        : {
            state: running ? 'running' : 'ok',
            startedAt: running ? verification.startedAt : start - hour,
            durationMs: running ? null : 4200,
            entries: names.reduce((sum, name) => sum + sizeOf(name), 0),
            findings: [],
          },
  };
}
