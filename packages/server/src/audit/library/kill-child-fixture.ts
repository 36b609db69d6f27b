import { openAuditLog } from './open-audit-log.ts';

/** A program that records until it is killed, and prints where each acknowledged event is. */
const audit = await openAuditLog(process.argv[2] ?? '', { source: 'shop' });
for (let round = 0; ; round += 1) {
  const events = Array.from({ length: 1 + (round % 9) }, (_, number) => ({
    type: number % 2 === 0 ? 'user.status-change' : 'data.access',
    outcome: 'succeeded' as const,
    actor: { type: 'user', id: 'usr_1', name: 'Ada' },
    details:
      number % 2 === 0
        ? { before: 'active', after: 'suspended' }
        : { resource: 'orders', recordCount: round, query: 'name = Ada' },
  }));
  const results = await audit.recordMany(events);
  for (const result of results) {
    const line =
      result.status === 'accepted' ? `${result.id} ${result.log} ${result.index}` : JSON.stringify(result);
    process.stdout.write(`${line}\n`);
  }
}
