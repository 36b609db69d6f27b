import { createLokiRecords, type LokiEntry, type LokiPush } from './loki.ts';
import { lokiLabels } from './loki-labels.ts';
import { Wire } from './wire.ts';

// Tags: the field's number times 8, plus its wire type.
const first = (1 << 3) | 2;
const second = (2 << 3) | 2;
const third = (3 << 3) | 2;

/** Reads the fields of a message up to `end`, and leaves the reader behind it. */
function within(wire: Wire, read: (tag: number) => void): void {
  const outer = wire.end;
  const end = wire.message();
  wire.end = end;
  while (wire.at < end) read(wire.varint());
  wire.end = outer;
}

/**
 * Reads `logproto.PushRequest` (Loki, pkg/push/push.proto): streams with labels as text, and entries with a
 * time, a line and structured metadata. What is not that message raises `DoorError`.
 */
export function readLokiProtobuf(body: Buffer): LokiPush {
  const wire = new Wire(body);
  const records = createLokiRecords();
  while (wire.at < body.length) {
    const tag = wire.varint();
    if (tag !== first) {
      wire.skip(tag);
      continue;
    }
    let labels: Record<string, string> = {};
    const entries: LokiEntry[] = [];
    within(wire, (field) => {
      if (field === first) labels = lokiLabels(wire.text());
      else if (field === second) entries.push(readEntry(wire));
      else wire.skip(field);
    });
    const add = records.stream(labels);
    for (const entry of entries) add(entry);
  }
  return records.push();
}

function readEntry(wire: Wire): LokiEntry {
  let timeMs = Number.NaN;
  let line = '';
  const metadata: Record<string, string> = {};
  within(wire, (tag) => {
    if (tag === first) timeMs = readTimestamp(wire);
    else if (tag === second) line = wire.text();
    else if (tag === third) {
      let name = '';
      let value = '';
      within(wire, (field) => {
        if (field === first) name = wire.text();
        else if (field === second) value = wire.text();
        else wire.skip(field);
      });
      metadata[name] = value;
    } else wire.skip(tag);
  });
  return { timeMs, line, metadata };
}

/** `google.protobuf.Timestamp`. */
function readTimestamp(wire: Wire): number {
  let seconds = 0;
  let nanos = 0;
  within(wire, (tag) => {
    if (tag === 8) seconds = wire.int64();
    else if (tag === 16) nanos = wire.int64();
    else wire.skip(tag);
  });
  return seconds * 1000 + nanos / 1e6;
}
