import { logRecord, logTailEvents, type LogCategory, type LogRecordView } from '@custos/contract';
import { useEffect, useReducer, useRef } from 'react';

/** Records that are kept on the page; older ones fall off its end. */
const mostKept = 1000;
/** What came is shown this often at most. */
const flushMs = 250;

interface Tail {
  /** Newest first. */
  readonly records: readonly LogRecordView[];
  /** Came while the list was held, newest first. */
  readonly waiting: readonly LogRecordView[];
  /** Left out because they came faster than they could be told. */
  readonly skipped: number;
  readonly state: 'connecting' | 'live' | 'ended';
}

type Step =
  | { readonly kind: 'came'; readonly records: readonly LogRecordView[]; readonly held: boolean }
  | { readonly kind: 'skipped'; readonly records: number }
  | { readonly kind: 'state'; readonly state: Tail['state'] }
  | { readonly kind: 'release' }
  | { readonly kind: 'begin' };

const nothing: Tail = { records: [], waiting: [], skipped: 0, state: 'connecting' };

export function nextTail(tail: Tail, step: Step): Tail {
  switch (step.kind) {
    case 'begin':
      return nothing;
    case 'state':
      return { ...tail, state: step.state };
    case 'skipped':
      return { ...tail, skipped: tail.skipped + step.records };
    case 'release':
      return {
        ...tail,
        records: [...tail.waiting, ...tail.records].slice(0, mostKept),
        waiting: [],
      };
    case 'came': {
      const fresh = [...step.records].reverse();
      return step.held
        ? { ...tail, waiting: [...fresh, ...tail.waiting].slice(0, mostKept) }
        : { ...tail, records: [...fresh, ...tail.waiting, ...tail.records].slice(0, mostKept), waiting: [] };
    }
  }
}

function addressOf(query: string | undefined, category: readonly LogCategory[] | undefined): string {
  const parameters = new URLSearchParams(query === undefined ? {} : { query });
  for (const each of category ?? []) parameters.append('category', each);
  return `/api/v1/logs/tail?${parameters.toString()}`;
}

/** Follows records as they come in. While `held`, what is shown stays as it is. */
export function useTail({
  query,
  category,
  held,
}: {
  query: string | undefined;
  category: readonly LogCategory[] | undefined;
  held: boolean;
}): Tail & { readonly release: () => void } {
  const [tail, step] = useReducer(nextTail, nothing);
  const address = addressOf(query, category);
  const isHeld = useRef(held);
  useEffect(() => {
    isHeld.current = held;
  }, [held]);

  useEffect(() => {
    step({ kind: 'begin' });
    let came: LogRecordView[] = [];
    let timer: number | undefined;
    const flush = (): void => {
      timer = undefined;
      step({ kind: 'came', records: came, held: isHeld.current });
      came = [];
    };
    const source = new EventSource(address);
    source.addEventListener('open', () => step({ kind: 'state', state: 'live' }));
    source.addEventListener('error', () =>
      step({ kind: 'state', state: source.readyState === EventSource.CLOSED ? 'ended' : 'connecting' }),
    );
    source.addEventListener('record', ({ data }: MessageEvent<string>) => {
      came.push(logRecord.parse(JSON.parse(data)));
      timer ??= window.setTimeout(flush, flushMs);
    });
    source.addEventListener('skipped', ({ data }: MessageEvent<string>) =>
      step({ kind: 'skipped', ...logTailEvents.skipped.parse(JSON.parse(data)) }),
    );
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [address]);

  return { ...tail, release: () => step({ kind: 'release' }) };
}
