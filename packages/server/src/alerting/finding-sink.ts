import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { AlertSink, RuleFinding } from '../telemetry/types.ts';
import { alertsStore } from './store.ts';
import type { Alert } from './types.ts';
import { noTiming, type Walk } from './walk.ts';

/** An alert of a rule on metrics or logs: it belongs to no probe. */
function alertOf(finding: RuleFinding): Alert {
  const { key, ruleId, ruleName, severity, labels, summary, description, value, channelIds, at } = finding;
  return {
    id: newId('alr', at),
    key,
    ruleId,
    ruleName,
    state: 'pending',
    severity,
    labels,
    summary,
    description,
    probeId: null,
    serviceId: null,
    serviceName: null,
    channelIds,
    value,
    threshold: null,
    flapping: false,
    paged: false,
    startedAt: at,
    firedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    fireDueAt: null,
    resolveDueAt: null,
    pageDueAt: null,
  };
}

/**
 * Turns what rules on metrics and logs find into alerts, in the transaction in which the rules remember it.
 * `for` and `keep_firing_for` are over by then: a finding fires or ends at once. From there on an alert lives as
 * every other one: paged once, acknowledged, held while it flaps, its end told to whoever was told of its start.
 */
export function createFindingSink({ walk, clock }: { walk: Walk; clock: Clock }): AlertSink {
  return {
    async report(tx, findings) {
      const work = walk.begin(tx, clock.now());
      const open = await alertsStore.openOfKeys(
        tx,
        findings.map(({ key }) => key),
      );
      // The last word on a key counts.
      const last = new Map(findings.map((finding) => [finding.key, finding]));
      for (const finding of last.values()) {
        await walk.walk(work, {
          key: finding.key,
          alert: open.get(finding.key) ?? null,
          says: finding.state === 'firing' ? 'holds' : 'clear',
          timing: noTiming,
          fresh: () => alertOf(finding),
          note: finding.description.slice(0, 500),
        });
      }
      return walk.finish(work);
    },
  };
}
