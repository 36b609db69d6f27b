import type { Arrival } from './unreliable-receivers.ts';

/** Reads rows of State; the statements are the same for both kinds of store. */
export type Query = <Row>(statement: string) => Promise<Row[]>;

interface Told {
  readonly alert_id: string;
  readonly step: string;
  readonly kind: string;
  readonly key: string;
  readonly state: string;
  /** Attempts on record, those whose end is not known, and those that delivered. */
  readonly attempts: number | string;
  readonly unknown: number | string;
  readonly delivered: number | string;
}

export interface DeliveryProof {
  /** What contradicts "no alert is lost and nobody is paged twice"; empty when nothing does. */
  readonly faults: readonly string[];
  readonly alerts: number;
  /** Messages that arrived more than once, under the same key. */
  readonly repeats: number;
}

/** The receivers by the kinds of their channels; the dashboard is a channel without a receiver. */
const channelOf: Readonly<Record<string, string>> = { webhook: 'hook', email: 'mail' };
const kinds = ['dashboard', ...Object.keys(channelOf)];
const wanted = kinds.flatMap((kind) => [`firing/${kind}`, `resolved/${kind}`]).toSorted();

/**
 * Compares what State says with what receivers got, after everything has calmed down: each alert is over
 * and was told, start and end, on every channel; each message has one key; whatever State calls delivered
 * was accepted; and a message came again only after an attempt whose end nobody knew.
 */
export async function proveDeliveries(query: Query, arrivals: readonly Arrival[]): Promise<DeliveryProof> {
  const faults: string[] = [];
  const alerts = await query<{ id: string; state: string; paged: number; fired_at: number | null }>(
    'select id, state, paged, fired_at from alert',
  );
  for (const { id, state, paged, fired_at } of alerts) {
    if (state !== 'resolved') faults.push(`${id} is still ${state}`);
    if (paged !== 1 || fired_at === null) faults.push(`${id} fired without a page`);
  }

  const told = await query<Told>(
    `select n.alert_id, n.step, n.channel_kind as kind, n.idempotency_key as key, n.state,
       count(a.number) as attempts,
       sum(case when a.outcome = 'unknown' then 1 else 0 end) as unknown,
       sum(case when a.outcome = 'delivered' then 1 else 0 end) as delivered
     from notification n left join notification_attempt a on a.notification_id = n.id
     where n.alert_id is not null
     group by n.id, n.alert_id, n.step, n.channel_kind, n.idempotency_key, n.state`,
  );
  const toldOf = Map.groupBy(told, ({ alert_id }) => alert_id);
  for (const { id } of alerts) {
    const steps = (toldOf.get(id) ?? []).map(({ step, kind }) => `${step}/${kind}`).toSorted();
    if (String(steps) !== String(wanted)) faults.push(`${id} was told as ${steps.join(' ')}`);
  }

  const byKey = Map.groupBy(arrivals, ({ key }) => key);
  const nameOf = (of: { channel: string; alertId: string; step: string }): string =>
    `${of.channel} ${of.alertId} ${of.step}`;
  const keysOf = new Map<string, Set<string>>();
  for (const arrival of arrivals) {
    const name = nameOf(arrival);
    keysOf.set(name, (keysOf.get(name) ?? new Set()).add(arrival.key));
  }
  for (const [name, keys] of keysOf) if (keys.size > 1) faults.push(`${name} came under ${keys.size} keys`);

  let repeats = 0;
  for (const { alert_id, step, kind, key, state, ...counts } of told) {
    const name = nameOf({ channel: channelOf[kind] ?? kind, alertId: alert_id, step });
    if (state !== 'delivered') faults.push(`${name} is ${state}`);
    if (Number(counts.delivered) !== 1) faults.push(`${name} has ${counts.delivered} deliveries on record`);
    if (!(kind in channelOf)) continue;
    const came = byKey.get(key) ?? [];
    const accepted = came.filter(({ end }) => end === 'accepted').length;
    // A request whose idle connection died under it is sent again at once, within the same attempt.
    const taken = came.filter(({ end }) => end === 'taken').length;
    if (accepted === 0) faults.push(`${name} was never accepted`);
    if (came.some((arrival) => nameOf(arrival) !== name)) faults.push(`${name} shares its key`);
    if (came.length > Number(counts.attempts) + taken) {
      faults.push(`${name} came ${came.length} times with ${counts.attempts} attempts on record`);
    }
    if (accepted > 1 + Number(counts.unknown)) {
      faults.push(`${name} was accepted ${accepted} times with ${counts.unknown} attempts of unknown end`);
    }
    if (accepted + taken > 1) repeats += 1;
  }
  const known = new Set(told.map(({ key }) => key));
  for (const key of byKey.keys()) if (!known.has(key)) faults.push(`the key ${key} is not in State`);

  const firstKept = (name: string): number | undefined =>
    arrivals.find((arrival) => arrival.end !== 'refused' && nameOf(arrival) === name)?.at;
  for (const { id } of alerts) {
    for (const channel of ['hook', 'mail']) {
      const start = firstKept(`${channel} ${id} firing`);
      const end = firstKept(`${channel} ${id} resolved`);
      if (start !== undefined && end !== undefined && end < start)
        faults.push(`the end of ${id} came before its start on ${channel}`);
    }
  }
  return { faults, alerts: alerts.length, repeats };
}
