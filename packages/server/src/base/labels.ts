/** Label names and values, as in Prometheus: a set of pairs that identifies one alert or series. */
export type Labels = Readonly<Record<string, string>>;

/** Returns one text for one set of labels, whatever the order they were written in. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(
    Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}

/** True when `labels` has every pair of `wanted`. */
export function labelsInclude(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
