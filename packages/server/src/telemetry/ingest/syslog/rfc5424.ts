import { logTime } from '../log-time.ts';
import { readStructuredData } from './structured-data.ts';

/** What a message says of itself, in either format. */
export interface Header {
  /** Milliseconds since the epoch; undefined when it does not say. */
  readonly timeMs: number | undefined;
  readonly host: string;
  readonly app: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly message: string;
}

const header = /1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (?=[-[])/y;
const nil = (text: string): string => (text === '-' ? '' : text);

/** Reads `VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`; undefined when it is none. */
export function readRfc5424(text: string, start: number): Header | undefined {
  header.lastIndex = start;
  const match = header.exec(text);
  if (match === null) return undefined;
  const [, time = '-', host = '-', app = '-', procid = '-', msgid = '-'] = match;
  const data = readStructuredData(text, header.lastIndex);
  if (data === undefined) return undefined;
  const timeMs = time === '-' ? undefined : logTime(time);
  if (Number.isNaN(timeMs)) return undefined;
  const fields: Record<string, string> = { ...data.fields };
  if (procid !== '-') fields['pid'] = procid;
  if (msgid !== '-') fields['msgid'] = msgid;
  return {
    timeMs,
    host: nil(host),
    app: nil(app),
    fields,
    // RFC 5424, 6.4: UTF-8 is announced by a byte order mark.
    message: text.slice(data.end).replace(/^ ?\ufeff?/, ''),
  };
}
