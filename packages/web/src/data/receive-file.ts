/** Pieces are put together when there are this many bytes of them; the browser may then keep them on disk. */
const blobBytes = 8 * 1024 * 1024;

export interface Receiving {
  /** Told after every piece how many bytes have come. */
  readonly onProgress: (receivedBytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Takes in the whole of an answer; rejects when it breaks off, so that half a file is never kept, and when
 * the signal aborts.
 */
export async function receiveFile(response: Response, { onProgress, signal }: Receiving): Promise<Blob> {
  const type = response.headers.get('content-type') ?? '';
  const reader = response.body?.getReader();
  if (reader === undefined) return new Blob([], { type });
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  const blobs: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let pieceBytes = 0;
  let receivedBytes = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return new Blob([...blobs, ...pieces], { type });
      pieces.push(value);
      pieceBytes += value.length;
      receivedBytes += value.length;
      if (pieceBytes >= blobBytes) {
        blobs.push(new Blob(pieces));
        pieces = [];
        pieceBytes = 0;
      }
      onProgress(receivedBytes);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
