/** What one sender may bring. Each door counts each token by itself, on each node. */
export interface IngestLimits {
  /** Bytes of one body as it is sent. */
  readonly bodyBytes: number;
  /** Bytes of one body after decompression: what a zip bomb runs into. */
  readonly expandedBytes: number;
  /** Samples, records or spans per second. */
  readonly itemsPerSecond: number;
  /** Bytes per second, after decompression. */
  readonly bytesPerSecond: number;
  /** Seconds' worth that may come at once after a silence. */
  readonly burstSeconds: number;
}

/** Far above what one honest sender needs, low enough that one gone wild leaves room for the others. */
export const defaultIngestLimits: IngestLimits = {
  bodyBytes: 16 * 1024 * 1024,
  expandedBytes: 64 * 1024 * 1024,
  itemsPerSecond: 1_000_000,
  bytesPerSecond: 256 * 1024 * 1024,
  burstSeconds: 10,
};

/** Samples, records or spans of one body. Real batches have some thousand; each takes memory here. */
export const mostItems = 1_000_000;
/** Messages in a body of protocol buffers: two bytes may announce one, and each may become an object. */
export const mostMessages = 2_000_000;
/** Brackets, braces and commas of a JSON body, for the same reason. */
export const mostJsonMarks = 8_000_000;
