/** Says which indexes were meant, such as `0-4,9`, in at most about `limit` characters; `…` for the rest. */
export function indexRanges(indexes: readonly number[], limit: number): string {
  const sorted = [...new Set(indexes)].toSorted((left, right) => left - right);
  let text = '';
  for (let at = 0; at < sorted.length;) {
    const first = sorted[at] as number;
    let end = at + 1;
    while (sorted[end] === first + end - at) end += 1;
    const last = first + end - at - 1;
    text += `${text === '' ? '' : ','}${first === last ? first : `${first}-${last}`}`;
    at = end;
    if (text.length > limit && at < sorted.length) return `${text},…`;
  }
  return text;
}
