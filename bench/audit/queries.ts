import { indexVaried } from '../../packages/server/src/audit/index/index-fixture.ts';
import type { AuditFilter, EventPlace, FoundEvent } from '../../packages/server/src/audit/index/types.ts';
import type { VariedLedger } from '../../packages/server/src/audit/index/varied-events-fixture.ts';
import type { LeafEvent } from '../../packages/server/src/audit/events/types.ts';
import { temporaryDirectory, testColumns } from '../../packages/server/test/columns.ts';
import { quantile, type Figure } from '../figure.ts';

const perKind = 15;
const repeatRounds = 20;
const pageLimit = 50;
/** The log that gets events while searches are repeated. */
const growing = 'general';
const hourMs = 3_600_000;

interface Search {
  readonly filter: AuditFilter;
  readonly after: EventPlace | null;
}

/** What people ask for; each kind is asked with values of an event that is somewhere in the logs. */
const kinds: Readonly<Record<string, (event: LeafEvent, place: EventPlace) => Search>> = {
  newest: (_event, place) => ({ filter: {}, after: { ...place, index: place.index + 1 } }),
  actor: (event) => ({ filter: { actor: event.actor.id }, after: null }),
  target: (event) => ({ filter: { target: event.target?.id }, after: null }),
  request: (event) => ({ filter: { party: event.actor.id, action: event.action }, after: null }),
  hour: (_event, { receivedTime }) => ({
    filter: { from: receivedTime - hourMs, to: receivedTime, outcome: 'failed' },
    after: null,
  }),
  tenant: (event) => ({ filter: { tenant: event.tenant ?? 'ten_7', severity: 'high' }, after: null }),
  action: (event, { receivedTime }) => ({ filter: { action: event.action, to: receivedTime }, after: null }),
  denied: (event, { receivedTime }) => ({
    filter: { source: event.source, outcome: 'denied', to: receivedTime },
    after: null,
  }),
  detail: (event) => ({ filter: { details: [detailOf(event)] }, after: null }),
  word: (_event, { receivedTime, id }) => ({
    filter: { text: `${words[id.charCodeAt(9) % words.length]} lantern`, to: receivedTime },
    after: null,
  }),
  rareText: (event) => ({ filter: { text: event.target?.id?.slice(2, 12) }, after: null }),
  noText: (event) => ({ filter: { text: `nowhere-${event.id.slice(6, 12)}` }, after: null }),
};

const words = ['order', 'voucher', 'garden', 'copper', 'harbour', 'timber', 'walnut', 'marble'];

function detailOf({ details }: LeafEvent): { readonly path: string; readonly value: string } {
  const [path, value] = Object.entries(details).findLast(([, member]) => typeof member !== 'object') ?? [
    'none',
    '',
  ];
  return { path, value: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** An event of which nobody knows where it is. */
async function anyEvent(ledger: VariedLedger): Promise<{ event: LeafEvent; place: EventPlace }> {
  const log = ledger.names()[Math.floor(Math.random() * ledger.names().length)] ?? '';
  const at = Math.floor(Math.random() * ledger.reader(log).head().size);
  const [entry] = await ledger.reader(log).entries(at, at + 1);
  if (entry === undefined) throw new Error(`there is no event ${at} in ${log}`);
  const event = JSON.parse(entry.toString('utf8')) as FoundEvent['event'];
  return { event, place: { receivedTime: Date.parse(event.receivedTime), id: event.id, log, index: at } };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

/** Searches over so many indexed events, each asked for the first time, and then again. */
export async function queries(events: number): Promise<readonly Figure[]> {
  const directory = temporaryDirectory();
  const columns = testColumns({ dataDirectory: directory.path });
  try {
    await columns.start();
    await columns.ready();
    const { index, ledger, indexingMs } = await indexVaried(columns, events);
    console.error(`${events} events indexed in ${Math.round(indexingMs / 1000)} s`);
    const floor: number[] = [];
    const cold: number[] = [];
    const repeated: number[] = [];
    const known: Search[] = [];
    const figures: Figure[] = [];
    const search = ({ filter, after }: Search): Promise<unknown> =>
      index.search(filter, { after, limit: pageLimit });
    for (const [kind, make] of Object.entries(kinds)) {
      const own: number[] = [];
      for (let count = 0; count < perKind; count += 1) {
        const { event, place } = await anyEvent(ledger);
        const asked = make(event, place);
        own.push(await timed(() => search(asked)));
        if (count % 3 === 0) known.push(asked);
        floor.push(await timed(() => columns.query('SELECT 1')));
      }
      cold.push(...own);
      console.error(
        `${kind}: p50 ${quantile(own, 0.5).toFixed(1)} ms, slowest ${Math.max(...own).toFixed(0)} ms`,
      );
    }
    // What people look at again and again, while events keep coming.
    let size = ledger.reader(growing).head().size;
    for (let round = 0; round < repeatRounds; round += 1) {
      size += 20;
      ledger.grow(growing, size);
      for (const asked of known) repeated.push(await timed(() => search(asked)));
    }
    const baseline = { name: 'SELECT 1 through the same engine, p50, ms', value: quantile(floor, 0.5) };
    figures.push(
      { figure: 'query-cold-p50-ms', value: quantile(cold, 0.5), unit: 'ms', baseline },
      { figure: 'query-cold-p95-ms', value: quantile(cold, 0.95), unit: 'ms', baseline },
      { figure: 'query-repeated-p50-ms', value: quantile(repeated, 0.5), unit: 'ms', baseline },
    );
    await index.stop();
    return figures;
  } finally {
    await columns.stop();
    directory.remove();
  }
}
