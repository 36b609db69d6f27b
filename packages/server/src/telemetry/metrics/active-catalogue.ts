import type { Labels } from '../../base/labels.ts';
import { labelSetOf } from '../promql/label-set.ts';
import type { Matcher } from '../promql/types.ts';
import { ActiveSeries } from './active-series.ts';
import { createPostings } from './postings.ts';
import { seriesId } from './series-id.ts';

/** The series that this process knows: those with samples in the head and those just made known. */
export interface ActiveCatalogue {
  readonly size: number;
  find(labels: Labels): ActiveSeries | undefined;
  byId(id: bigint): ActiveSeries | undefined;
  /**
   * Makes a series that is not known yet. `undefined` when another one has the same id, which they could not
   * share without their samples being mixed.
   */
  add(labels: Labels): ActiveSeries | undefined;
  /** Takes back a series that was removed, or gives the one that took its place. */
  revive(series: ActiveSeries): ActiveSeries | undefined;
  /** Forgets series; whoever still holds one has to revive it. */
  remove(series: readonly ActiveSeries[]): void;
  /** Every series that all matchers accept. */
  select(matchers: readonly Matcher[]): ActiveSeries[];
  all(): Iterable<ActiveSeries>;
  names(): Iterable<string>;
  values(name: string): Iterable<string>;
}

/** The value of a label, empty when it is not there; also for names such as `constructor`. */
export function labelOf(labels: Labels, name: string): string {
  const value: unknown = labels[name];
  return typeof value === 'string' ? value : '';
}

export const acceptedBy = (matchers: readonly Matcher[], labels: Labels): boolean =>
  matchers.every((matcher) => matcher.matches(labelOf(labels, matcher.name)));

export function createActiveCatalogue(): ActiveCatalogue {
  const byRef: (ActiveSeries | undefined)[] = [];
  const freeRefs: number[] = [];
  const byId = new Map<bigint, ActiveSeries>();
  const byKey = new Map<string, ActiveSeries>();
  const postings = createPostings();

  /** The labels in order, without empty ones, of texts that are held once. */
  const canonical = (labels: Labels): Labels => {
    const { pairs } = labelSetOf(labels);
    const ordered: Record<string, string> = {};
    for (let at = 0; at < pairs.length; at += 2) {
      const value = postings.shared(pairs[at + 1]!);
      // An assignment to `__proto__` would be lost.
      Object.defineProperty(ordered, postings.shared(pairs[at]!), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return ordered;
  };

  const enter = (series: ActiveSeries): ActiveSeries => {
    const ref = freeRefs.pop() ?? byRef.length;
    series.ref = ref;
    byRef[ref] = series;
    byId.set(series.id, series);
    byKey.set(labelSetOf(series.labels).key, series);
    postings.add(ref, series.labels);
    return series;
  };

  return {
    get size() {
      return byId.size;
    },
    find: (labels) => byKey.get(labelSetOf(labels).key),
    byId: (id) => byId.get(id),
    add(labels) {
      const id = seriesId(labels);
      return byId.has(id) ? undefined : enter(new ActiveSeries(id, canonical(labels)));
    },
    revive(series) {
      const other = byId.get(series.id);
      if (other === undefined) return enter(series);
      return labelSetOf(other.labels).key === labelSetOf(series.labels).key ? other : undefined;
    },
    remove(gone) {
      if (gone.length === 0) return;
      const refs = new Map<number, Labels>();
      for (const series of gone) {
        refs.set(series.ref, series.labels);
        byRef[series.ref] = undefined;
        byId.delete(series.id);
        byKey.delete(labelSetOf(series.labels).key);
        series.ref = -1;
        series.days.length = 0;
      }
      postings.remove(refs);
      freeRefs.push(...refs.keys());
    },
    select(matchers) {
      const narrowed = postings.narrow(matchers);
      const rest = narrowed === undefined ? matchers : matchers.filter((matcher) => matcher !== narrowed.by);
      const found: ActiveSeries[] = [];
      for (const ref of narrowed?.refs ?? byRef.keys()) {
        const series = byRef[ref];
        if (series !== undefined && acceptedBy(rest, series.labels)) found.push(series);
      }
      return found;
    },
    all: () => byId.values(),
    names: () => postings.names(),
    values: (name) => postings.values(name),
  };
}
