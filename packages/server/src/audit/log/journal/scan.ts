import { mayBeginFrame, readFrame, type Frame } from './frame.ts';
import { decodeSegmentHead, segmentHeadBytes, type SegmentHead } from './segment.ts';

/** What a segment holds from some offset on. */
export interface SegmentScan {
  readonly head: SegmentHead | undefined;
  /** Where the last whole frame ends. */
  readonly end: number;
  /** Where the last whole frame begins; null when there is none from the start of the scan on. */
  readonly lastFrame: number | null;
  /** What is after the last whole frame. */
  readonly rest: 'nothing' | 'torn' | 'damaged';
  /** Where the next whole frame is when the rest is damaged, and that frame's sequence number. */
  readonly resumes: { readonly offset: number; readonly sequence: number } | null;
}

const zeros = Buffer.alloc(64 * 1024);

/** True when there is nothing but zeros from `offset` on. */
export function isZero(buffer: Buffer, offset: number): boolean {
  for (let at = offset; at < buffer.length; at += zeros.length) {
    const part = buffer.subarray(at, at + zeros.length);
    if (!part.equals(zeros.subarray(0, part.length))) return false;
  }
  return true;
}

/** Finds a whole frame after `offset`. The journal's id in the CRC keeps entries from posing as frames. */
function findFrame(buffer: Buffer, offset: number, journalId: Buffer): Frame | undefined {
  for (
    let at = buffer.indexOf('CLFR', offset, 'latin1');
    at >= 0;
    at = buffer.indexOf('CLFR', at + 1, 'latin1')
  ) {
    const frame = mayBeginFrame(buffer, at) ? readFrame(buffer, at, journalId) : undefined;
    if (frame !== undefined) return frame;
  }
  return undefined;
}

/**
 * Walks the frames of a segment. A commit is written only after the one before it is on disk, so a crash
 * tears at most the last frame; whole frames after a broken one mean that stored bytes were changed.
 */
export function scanSegment(
  segment: Buffer,
  from: number,
  visit: (frame: Frame, offset: number) => void,
): SegmentScan {
  const head = decodeSegmentHead(segment);
  let end = Math.max(from, segmentHeadBytes);
  let lastFrame: number | null = null;
  if (head === undefined)
    return { head, end: 0, lastFrame, rest: isZero(segment, 0) ? 'nothing' : 'damaged', resumes: null };
  for (;;) {
    const frame = readFrame(segment, end, head.journalId);
    if (frame === undefined) break;
    visit(frame, end);
    lastFrame = end;
    end += frame.bytes.length;
  }
  if (isZero(segment, end)) return { head, end, lastFrame, rest: 'nothing', resumes: null };
  const next = findFrame(segment, end + 1, head.journalId);
  if (next === undefined) return { head, end, lastFrame, rest: 'torn', resumes: null };
  const offset = next.bytes.byteOffset - segment.byteOffset;
  return { head, end, lastFrame, rest: 'damaged', resumes: { offset, sequence: next.sequence } };
}
