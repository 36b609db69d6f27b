import { streamEvents, type StreamEvent } from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { encodeEventData, hintFor, topicOf, type EventTopic } from './event-frames.ts';
import type { NodeBroadcast } from './types.ts';

const topic = 'events';
/** What PostgreSQL's NOTIFY takes is just under 8,000 bytes; State promises 7,000. */
const messageBytes = 7_000;
/** Events of this long travel together, so that a thousand probes do not make a thousand messages. */
const gatherMs = 100;
/** More than this in one go and it is cheaper for everybody to look again. */
const messagesAtOnce = 40;

export interface RelayOptions {
  readonly broadcast: NodeBroadcast;
  readonly clock: Clock;
  readonly log: Logger;
  /** This process, unlike any other. */
  readonly node: string;
  /** Takes an event of another node, its data as JSON for the wire. */
  readonly receive: (topic: EventTopic, json: string) => void;
}

export interface EventRelay {
  send(event: StreamEvent): void;
  close(): void;
}

function wire(event: StreamEvent): string {
  const text = `{"type":${JSON.stringify(event.type)},"data":${encodeEventData(event)}}`;
  return Buffer.byteLength(text) > messageBytes - 200 ? wire(hintFor(event)) : text;
}

/** Packs events into as few messages as their size allows. */
function pack(node: string, events: readonly string[]): string[] {
  const open = `{"node":${JSON.stringify(node)},"events":[`;
  const messages: string[] = [];
  let body = '';
  for (const event of events) {
    if (body !== '' && Buffer.byteLength(open + body + event) + 3 > messageBytes) {
      messages.push(`${open}${body}]}`);
      body = '';
    }
    body = body === '' ? event : `${body},${event}`;
  }
  if (body !== '') messages.push(`${open}${body}]}`);
  return messages;
}

/**
 * Passes events between the nodes that share State. Of several results of one probe within a moment only
 * the last travels. When a message could not be sent, the next one begins with a `reset`, since others
 * missed something.
 */
export function createEventRelay(options: RelayOptions): EventRelay {
  const { broadcast, clock, log, node } = options;
  const closing = new AbortController();
  let waiting = new Map<string, StreamEvent>();
  let counter = 0;
  let running = false;
  let lost = false;

  function wireOrNothing(event: StreamEvent): string[] {
    try {
      return [wire(event)];
    } catch (error) {
      log.error({ type: event.type, reason: messageOf(error) }, 'an event does not fit its schema');
      return [];
    }
  }

  async function sendWaiting(): Promise<void> {
    while (waiting.size > 0 && !closing.signal.aborted) {
      await clock.sleep(gatherMs, closing.signal);
      const events = [...waiting.values()];
      waiting = new Map();
      const reset: StreamEvent = { type: 'reset', data: {} };
      try {
        let messages = pack(node, [...(lost ? [reset] : []), ...events].flatMap(wireOrNothing));
        if (messages.length > messagesAtOnce) messages = pack(node, [wire(reset)]);
        for (const message of messages) await broadcast.publish(topic, message);
        lost = false;
      } catch (error) {
        lost = true;
        log.warn({ reason: messageOf(error), events: events.length }, 'events did not reach other nodes');
      }
    }
  }

  const unsubscribe = broadcast.subscribe(topic, (payload) => {
    try {
      const message = JSON.parse(payload) as { node: string; events: { type: string; data: unknown }[] };
      if (message.node === node) return;
      for (const { type, data } of message.events) {
        // A later version may send types that this one does not know.
        if (!Object.hasOwn(streamEvents, type)) continue;
        options.receive(topicOf({ type, data } as StreamEvent), JSON.stringify(data));
      }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'an event of another node could not be read');
    }
  });

  return {
    send(event) {
      counter += 1;
      const key = event.type === 'probe.result' ? `result ${event.data.probeId}` : String(counter);
      waiting.delete(key);
      waiting.set(key, event);
      if (running) return;
      running = true;
      void sendWaiting().finally(() => {
        running = false;
      });
    },
    close() {
      unsubscribe();
      closing.abort();
    },
  };
}
