/** Label names and values, as in Prometheus: a set of pairs that identifies one alert or series. */
export type Labels = Readonly<Record<string, string>>;

/** True when `labels` has every pair of `wanted`. */
export function labelsInclude(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
