import { isUtf8 } from 'node:buffer';
import { messageOf } from '../../base/errors.ts';
import { notUtf8, tooMany, unreadable } from './errors.ts';
import { mostItems, mostJsonMarks } from './limits.ts';

const [brace, bracket, comma] = Buffer.from('{[,');

const lineFeed = 10;

/** Raises when there are more lines than a body may have items. */
export function checkLines(body: Buffer): void {
  // A line that becomes something has a byte at least, and its end.
  if (body.length <= 2 * mostItems) return;
  let count = 0;
  for (let at = body.indexOf(lineFeed); at >= 0; at = body.indexOf(lineFeed, at + 1)) {
    count += 1;
    if (count > mostItems) throw tooMany('lines', mostItems);
  }
}

/** Raises when the body would become so many values that they take many times its own size. */
export function checkMarks(body: Buffer): void {
  if (body.length <= mostJsonMarks) return;
  let count = 0;
  // By index: an iterator takes seconds for 64 MiB.
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === brace || byte === bracket || byte === comma) count += 1;
  }
  if (count > mostJsonMarks) throw tooMany('values', mostJsonMarks);
}

/** The value of a JSON body. Raises `DoorError` for what is not UTF-8, not JSON, or too many values. */
export function readJsonBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw notUtf8('The body');
  checkMarks(body);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw unreadable(`The body is not JSON: ${messageOf(error)}.`, error);
  }
}
