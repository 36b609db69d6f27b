import type { EventTopic } from './event-frames.ts';

/** One event of the recent past. */
interface RingEntry {
  readonly sequence: number;
  readonly topic: EventTopic;
  /** The frame for the wire, made when the first watcher needs it; undefined when it cannot be made. */
  frame(): string | undefined;
}

export interface EventRing {
  /** The sequence number of the newest event; 0 before the first. */
  readonly newest: number;
  add(topic: EventTopic, frame: (sequence: number) => string | undefined): void;
  /** The events after `sequence`, oldest first; undefined when some of them are gone. */
  after(sequence: number): RingEntry[] | undefined;
}

/** Keeps the newest `size` events. Making their text is put off until somebody wants it. */
export function createEventRing(size: number): EventRing {
  const entries: (RingEntry | undefined)[] = Array.from({ length: size });
  let newest = 0;

  return {
    get newest() {
      return newest;
    },
    add(topic, frame) {
      newest += 1;
      const sequence = newest;
      let text: string | undefined;
      let made = false;
      entries[sequence % size] = {
        sequence,
        topic,
        frame() {
          if (!made) {
            text = frame(sequence);
            made = true;
          }
          return text;
        },
      };
    },
    after(sequence) {
      if (sequence > newest || sequence < newest - size || sequence < 0) return undefined;
      const found: RingEntry[] = [];
      for (let at = sequence + 1; at <= newest; at += 1) {
        const entry = entries[at % size];
        if (entry !== undefined) found.push(entry);
      }
      return found;
    },
  };
}
