import type { ChartLine } from './plot.ts';

/**
 * Which lines are hidden after a name of the legend was pressed: it is shown alone, and pressed again all are. With
 * Ctrl or Cmd it is hidden, or shown again.
 */
export function pressed(
  { ctrlKey, metaKey }: { readonly ctrlKey: boolean; readonly metaKey: boolean },
  {
    lines,
    hidden,
    key,
  }: { readonly lines: readonly ChartLine[]; readonly hidden: ReadonlySet<string>; readonly key: string },
): ReadonlySet<string> {
  const others = lines.map((line) => line.key).filter((each) => each !== key);
  if (ctrlKey || metaKey) {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    return next;
  }
  const isAlone = !hidden.has(key) && others.length > 0 && others.every((each) => hidden.has(each));
  return isAlone ? new Set() : new Set(others);
}
