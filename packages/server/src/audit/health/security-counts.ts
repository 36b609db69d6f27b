import type { Clock } from '../../base/clock.ts';
import type { AuditIndex } from '../index/service.ts';
import type { SecurityCounts } from './types.ts';

const hourMs = 3_600_000;
/** An hour moves on slowly; counting it costs two searches. */
const freshMs = 60_000;
/** The intake reports each source every few seconds at most, so an hour of blocked calls is few events. */
const pageEvents = 1_000;
const maxPages = 20;

/** Counts the security events of the last hour, once a minute at most. */
export function createSecurityCounts(parts: {
  readonly index: Pick<AuditIndex, 'securityGroups' | 'search'>;
  readonly clock: Clock;
}): () => Promise<SecurityCounts> {
  const { index, clock } = parts;
  let last: { readonly at: number; readonly counting: Promise<SecurityCounts> } | undefined;

  async function blockedCalls(from: number, to: number): Promise<number> {
    let calls = 0;
    let after = null;
    for (let page = 0; page < maxPages; page += 1) {
      const found: Awaited<ReturnType<AuditIndex['search']>> = await index.search(
        { type: 'intake.blocked', from, to },
        { after, limit: pageEvents },
      );
      for (const { event } of found.events) {
        const count = event.details?.['count'];
        calls += typeof count === 'number' && count > 1 ? count : 1;
      }
      after = found.next;
      if (after === null) break;
    }
    return calls;
  }

  async function count(): Promise<SecurityCounts> {
    const to = clock.now() + 1;
    const from = to - hourMs;
    const groups = await index.securityGroups({ from, to });
    const isBlocked = groups.some(({ kinds }) => kinds.some(({ type }) => type === 'intake.blocked'));
    return {
      events: groups.reduce((sum, { occurrences }) => sum + occurrences, 0),
      blocked: isBlocked ? await blockedCalls(from, to) : 0,
    };
  }

  return () => {
    const at = clock.monotonic();
    if (last === undefined || at - last.at >= freshMs) {
      const counting = count();
      last = { at, counting };
      // What failed is asked for again, and not remembered for a minute.
      counting.catch(() => (last = undefined));
    }
    return last.counting;
  };
}
