const element = /\[([^\s=\]"]{1,64})/y;
const parameter = / +([^\s=\]"]{1,64})="((?:[^"\\\]]|\\[\s\S])*)"/y;

/** Structured data of a message and where it ends. */
export interface StructuredData {
  /** `id.name` to value; values of the same name are joined by a comma. */
  readonly fields: Readonly<Record<string, string>>;
  readonly end: number;
}

/** Reads RFC 5424, 6.3 from `start`. Undefined when it is not well-formed. */
export function readStructuredData(text: string, start: number): StructuredData | undefined {
  if (text[start] === '-') return { fields: {}, end: start + 1 };
  const fields: Record<string, string> = {};
  let at = start;
  while (text[at] === '[') {
    element.lastIndex = at;
    const id = element.exec(text)?.[1];
    if (id === undefined) return undefined;
    at = element.lastIndex;
    for (;;) {
      parameter.lastIndex = at;
      const match = parameter.exec(text);
      if (match === null) break;
      at = parameter.lastIndex;
      const name = `${id}.${match[1]!}`;
      // Only these three are escaped; another backslash is one.
      const value = match[2]!.replaceAll(/\\(["\\\]])/g, '$1');
      const known = fields[name];
      fields[name] = known === undefined ? value : `${known},${value}`;
    }
    while (text[at] === ' ') at += 1;
    if (text[at] !== ']') return undefined;
    at += 1;
  }
  return at === start ? undefined : { fields, end: at };
}
