import compress from '@fastify/compress';
import type { Server } from './types.ts';

/** Answers shorter than this are not worth the work. */
const thresholdBytes = 16 * 1024;

/**
 * Compresses long JSON answers for those who take it. gzip at its fastest: an overview of a thousand probes
 * shrinks twentyfold in a few milliseconds, which the network would need many times over. Files of the
 * dashboard lie compressed already, and live streams are written past this.
 */
export async function installCompression(app: Server): Promise<void> {
  await app.register(compress, {
    encodings: ['gzip', 'identity'],
    threshold: thresholdBytes,
    zlibOptions: { level: 1 },
    customTypes: /^application\/json/,
    inflateIfDeflated: false,
  });
}
