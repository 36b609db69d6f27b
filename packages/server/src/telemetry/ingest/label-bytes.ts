import { randomInt } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Series } from '../types.ts';
import { Generations, seriesGenerations } from './generations.ts';

interface Known {
  readonly bytes: DataView;
  readonly series: Series;
  /** Another one with the same hash. */
  readonly next: Known | undefined;
  /** What came after it the last time, and how often something had been forgotten by then. */
  follower: Known | undefined;
  turns: number;
}

/** Label sets that share a hash; more than these are looked up the long way, so that nobody can make it slow. */
const mostSharing = 8;

function sameBytes(known: DataView, view: DataView, from: number): boolean {
  const length = known.byteLength;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (known.getUint32(at, true) !== view.getUint32(from + at, true)) return false;
  }
  for (; at < length; at += 1) if (known.getUint8(at) !== view.getUint8(from + at)) return false;
  return true;
}

export interface LabelBytes {
  age(): void;
  /**
   * How many bytes from `from` on are the labels that came after those of the last look-up the time before;
   * 0 when others stand there. Senders keep their order, so this is one comparison for most series.
   */
  follows(view: DataView, from: number, to: number): number;
  /** The series that `follows` has just found. */
  followed(): Series;
  /** The series of these bytes; when they are new, `make` is asked and a series is remembered. */
  find<Other>(
    view: DataView,
    range: { readonly from: number; readonly to: number },
    make: () => Series | Other,
  ): Series | Other;
}

/**
 * Series by the bytes of their labels as a sender writes them: a known one costs a comparison, or a hash and
 * a comparison, and no text. The hash is MurmurHash3's mixing (public domain, A. Appleby) with a seed of
 * this process.
 */
export function createLabelBytes(clock: Clock): LabelBytes {
  const seed = randomInt(2 ** 31);
  const entries = new Generations<number, Known>(clock, seriesGenerations);
  let last: Known | undefined;

  function hashOf(view: DataView, from: number, to: number): number {
    let hash = seed;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const word = Math.imul(view.getUint32(at, true), 0xcc9e2d51);
      hash ^= Math.imul((word << 15) | (word >>> 17), 0x1b873593);
      hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
    }
    for (; at < to; at += 1) hash = Math.imul(hash ^ view.getUint8(at), 0x5bd1e995);
    hash ^= to - from;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) | 0;
  }

  /** Makes `known` the last one found, and what the one before is followed by. */
  function reached(known: Known): void {
    if (known.turns !== entries.turns) {
      // What followed it long ago may be forgotten by now, and is not to be held on to.
      known.follower = undefined;
      known.turns = entries.turns;
    }
    if (last !== undefined) last.follower = known;
    last = known;
  }

  return {
    age: () => entries.age(),
    follows(view, from, to) {
      const guess = last?.follower;
      if (guess === undefined || guess.turns !== entries.turns) return 0;
      const length = guess.bytes.byteLength;
      if (from + length > to || !sameBytes(guess.bytes, view, from)) return 0;
      last = guess;
      return length;
    },
    followed: () => last!.series,
    find(view, { from, to }, make) {
      const hash = hashOf(view, from, to);
      const first = entries.get(hash);
      let sharing = 0;
      for (let known = first; known !== undefined; known = known.next) {
        if (known.bytes.byteLength === to - from && sameBytes(known.bytes, view, from)) {
          reached(known);
          return known.series;
        }
        sharing += 1;
      }
      const made = make();
      if (typeof made === 'object' && made !== null && 'ref' in made && sharing < mostSharing) {
        const copy = new Uint8Array(to - from);
        copy.set(new Uint8Array(view.buffer, view.byteOffset + from, to - from));
        const known: Known = {
          bytes: new DataView(copy.buffer),
          series: made as Series,
          next: first,
          follower: undefined,
          turns: entries.turns,
        };
        entries.set(hash, known);
        reached(known);
      }
      return made;
    },
  };
}
