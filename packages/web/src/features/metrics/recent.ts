/** As many expressions are remembered; older ones give way. */
const most = 40;
const place = 'custos-recent-expressions';

/** A list with one more expression at its top, once. */
export function withRecent(list: readonly string[], expression: string): readonly string[] {
  const text = expression.trim();
  return text === '' ? list : [text, ...list.filter((each) => each !== text)].slice(0, most);
}

/** What was asked in this browser, the newest first; nothing where it keeps nothing. */
export function recentExpressions(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

function write(list: readonly string[]): void {
  try {
    localStorage.setItem(place, JSON.stringify(list));
  } catch {
    // A browser that keeps nothing, or is full: what was asked is still in the address.
  }
}

export function keepRecent(expression: string): void {
  write(withRecent(recentExpressions(), expression));
}

export function forgetRecent(): void {
  write([]);
}
