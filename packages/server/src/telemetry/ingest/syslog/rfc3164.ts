import { logTime } from '../log-time.ts';
import type { Header } from './rfc5424.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const classic =
  /\*?(?:(\d{4}) )?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(?: (?:UTC|GMT))?:? +/y;
const rfc3339 = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:\d\d)) +/y;
const tag = /([^\s:[\]]{1,128})(?:\[([^\]\s]{1,128})\])?: ?/y;
const hostName = /([A-Za-z0-9_.:-]{1,255}) +(?=\S)/y;

/**
 * Reads `TIMESTAMP HOSTNAME TAG[PID]: MSG` of RFC 3164 as it is really sent: with or without a host (as
 * logger(1) writes to a local socket), with years or RFC 3339 times. A time without a year is in the year that
 * brings it nearest to now; without a zone it is UTC. Anything unknown is all message (RFC 3164, 4.3.2).
 */
export function readRfc3164(text: string, start: number, now: number): Header {
  let at = start;
  let timeMs: number | undefined;
  classic.lastIndex = at;
  const old = classic.exec(text);
  if (old === null) {
    rfc3339.lastIndex = at;
    const recent = rfc3339.exec(text);
    if (recent === null)
      return { timeMs, host: '', app: '', fields: {}, message: text.slice(start).trimStart() };
    timeMs = logTime(recent[1]!.replace(',', '.'));
    at = rfc3339.lastIndex;
  } else {
    timeMs = classicTime(old, now);
    at = classic.lastIndex;
  }

  let host = '';
  hostName.lastIndex = at;
  const named = hostName.exec(text);
  // A word that ends in a colon is the tag already: there is no host.
  if (named !== null && !named[1]!.endsWith(':')) {
    host = named[1]!;
    at = hostName.lastIndex;
  }
  tag.lastIndex = at;
  const found = tag.exec(text);
  if (found === null) return { timeMs, host, app: '', fields: {}, message: text.slice(at) };
  const [, app = '', pid] = found;
  return {
    timeMs,
    host,
    app,
    fields: pid === undefined ? {} : { pid },
    message: text.slice(tag.lastIndex),
  };
}

function classicTime(match: RegExpExecArray, now: number): number {
  const [, before, month = '', day, after, hours, minutes, seconds, fraction = '0'] = match;
  const at = (year: number): number =>
    Date.UTC(year, months.indexOf(month), Number(day), Number(hours), Number(minutes), Number(seconds)) +
    Math.floor(Number(fraction) * 1000);
  const said = before ?? after;
  if (said !== undefined) return at(Number(said));
  const year = new Date(now).getUTCFullYear();
  return [year - 1, year, year + 1]
    .map(at)
    .reduce((best, time) => (Math.abs(time - now) < Math.abs(best - now) ? time : best));
}
