import { ApiError } from '@custos/client';
import { QueryObserver } from '@tanstack/react-query';
import { afterAll, expect, test, vi } from 'vitest';
import { createCache } from './cache.ts';

// Without a window the library takes itself for a server, which never asks again by itself.
vi.hoisted(() => vi.stubGlobal('window', new EventTarget()));
afterAll(() => vi.unstubAllGlobals());

const fault = (status: number, code: string): ApiError =>
  new ApiError(status, { code, message: 'no', fields: [], requestId: null });

test.each([
  ['columns_unavailable', 2],
  ['not_found', 1],
])('what failed with %s has been asked for %i times after some seconds', async (code, times) => {
  vi.useFakeTimers();
  try {
    let asked = 0;
    const observer = new QueryObserver(createCache(), {
      queryKey: ['history'],
      queryFn: async () => {
        asked += 1;
        if (asked === 1) throw fault(503, code);
        return 'here';
      },
    });
    const stop = observer.subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(asked).toBe(times);
    expect(observer.getCurrentResult().data).toBe(times === 2 ? 'here' : undefined);
    stop();
  } finally {
    vi.useRealTimers();
  }
});
