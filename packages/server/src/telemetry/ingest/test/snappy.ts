import { compress } from 'snappyjs';

/** Packs a body as senders of remote write do, for benchmarks. */
export const packed = (body: Buffer): Buffer => Buffer.from(compress(body));
