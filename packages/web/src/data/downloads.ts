import { ConnectionError } from '@custos/client';
import { useSyncExternalStore } from 'react';
import { useAct } from './acts.ts';
import { fileNameOf, saveFile } from './files.ts';
import { receiveFile } from './receive-file.ts';

/** A file that is still coming, or that broke off. */
export interface FileUnderWay {
  readonly id: number;
  readonly name: string;
  readonly receivedBytes: number;
  /** Its whole size; null when the server does not know it before the end. */
  readonly totalBytes: number | null;
  /** Why it broke off; null while it comes. */
  readonly error: unknown;
  /** Asks for it once more. */
  readonly again: () => void;
}

/** The rest of the page is told this often at most, so that a fast network does not slow it down. */
const tellMs = 100;

let files: readonly FileUnderWay[] = [];
let lastId = 0;
const listeners = new Set<() => void>();
const stops = new Map<number, AbortController>();

function put(next: readonly FileUnderWay[]): void {
  files = next;
  for (const listener of listeners) listener();
}
function change(id: number, part: Partial<FileUnderWay>): void {
  put(files.map((file) => (file.id === id ? { ...file, ...part } : file)));
}
function drop(id: number): void {
  stops.delete(id);
  put(files.filter((file) => file.id !== id));
}

async function take(
  response: Response,
  { name: otherwise, again }: { readonly name: string; readonly again: () => void },
): Promise<void> {
  const id = ++lastId;
  const name = fileNameOf(response) ?? otherwise;
  // What is compressed on its way has another length here.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const stop = new AbortController();
  stops.set(id, stop);
  const totalBytes = length === null ? null : Number(length);
  put([...files, { id, name, receivedBytes: 0, totalBytes, error: null, again }]);
  let toldAt = 0;
  try {
    const content = await receiveFile(response, {
      signal: stop.signal,
      onProgress: (receivedBytes) => {
        if (Date.now() - toldAt < tellMs) return;
        toldAt = Date.now();
        change(id, { receivedBytes });
      },
    });
    saveFile(content, name);
    drop(id);
  } catch (error) {
    if (stop.signal.aborted) drop(id);
    else change(id, { error: new ConnectionError('unreachable', error) });
  }
}

/** Files that are coming or broke off, oldest first. */
export function useFilesUnderWay(): readonly FileUnderWay[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => files,
  );
}

/** Ends a file that is coming, and forgets one that broke off. */
export function dismissFile(id: number): void {
  const stop = stops.get(id);
  if (stop === undefined) return;
  stop.abort();
  drop(id);
}

/**
 * Downloads through the client, so that an act that needs a proof asks for it, one that waits for a second
 * person says so, and only a file that came whole is saved. Done once the file has begun to come; the rest
 * is followed by `useFilesUnderWay`, on whichever page the person is then.
 */
export function useDownload<Input>({
  open,
  name,
  touches = [],
  quiet = false,
}: {
  open: (input: Input) => Promise<Response>;
  /** What the file is called when the answer does not say. */
  name: string;
  touches?: readonly string[];
  /** Forms show their own faults. */
  quiet?: boolean;
}) {
  const act = useAct({
    run: async (input: Input): Promise<void> => {
      const response = await open(input);
      void take(response, { name, again: () => act.mutate(input) });
    },
    touches,
    quiet,
  });
  return act;
}
