/** One server-sent event, or a change of the last event id alone (`data` is empty then). */
export interface ParsedEvent {
  readonly type: string;
  readonly data: string;
  /** The last event id as it stands after this event; null when none was ever given. */
  readonly id: string | null;
}

/**
 * Reads a stream of text as the HTML standard says ("Interpreting an event stream"): lines end in CR,
 * LF or CRLF, `data` lines are joined by LF, comments are skipped, an `id` with a NUL is ignored.
 */
export function createEventParser(receive: (event: ParsedEvent) => void, onRetry?: (ms: number) => void) {
  let rest = '';
  let type = '';
  let data: string[] = [];
  let id: string | null = null;
  let first = true;

  function field(name: string, value: string): void {
    if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value));
  }

  function line(text: string): void {
    if (text === '') {
      receive({ type: type === '' ? 'message' : type, data: data.join('\n'), id });
      type = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    if (colon < 0) return field(text, '');
    const value = text.slice(colon + 1);
    field(text.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value);
  }

  return {
    /** Takes the next piece of text, cut anywhere. */
    push(text: string): void {
      rest += first ? text.replace(/^\u{FEFF}/u, '') : text;
      if (rest !== '') first = false;
      for (;;) {
        const end = rest.search(/[\r\n]/);
        // A CR at the very end may be the first half of a CRLF: wait for what follows.
        if (end < 0 || (rest[end] === '\r' && end === rest.length - 1)) return;
        const length = rest.startsWith('\r\n', end) ? 2 : 1;
        const text = rest.slice(0, end);
        rest = rest.slice(end + length);
        line(text);
      }
    },
  };
}
