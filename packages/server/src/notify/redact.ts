/** Shorter secrets are left alone: replacing them would tear ordinary words apart. */
const shortest = 4;

/**
 * Returns a function that takes secrets out of what providers answer and libraries complain about, before
 * it is stored, logged or shown. Knows a secret as it is, percent-encoded, in base 64 (as SMTP sends
 * passwords), and by the path and the query of a secret address.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
    forms.add(Buffer.from(secret).toString('base64'));
    const url = URL.parse(secret);
    if (url !== null && /^https?:$/.test(url.protocol)) {
      forms.add(url.pathname + url.search);
      forms.add(url.pathname.replace(/^\//, ''));
      forms.add(url.search.slice(1));
      const last = url.pathname.split('/').at(-1) ?? '';
      if (last.length >= 8) forms.add(last);
    }
  }
  const longestFirst = [...forms]
    .filter((form) => form.length >= shortest)
    .toSorted((left, right) => right.length - left.length);
  return (text) => longestFirst.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
}

/** One line of at most `length` characters, without control characters; for answers of strangers. */
export function oneLine(text: string, length = 200): string {
  const line = text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
