import { afterEach, expect, test, vi } from 'vitest';
import { fetchWithStepUp, onStepUp } from './step-up.ts';

const refusal = () => Response.json({ code: 'step_up_required' }, { status: 403 });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function answering(...answers: (() => Response)[]) {
  const send = vi.fn(async () => (answers.shift() ?? (() => Response.json({ ok: true })))());
  vi.stubGlobal('fetch', send);
  return send;
}

test('an act that needs a proof is repeated once the person has given it', async () => {
  const send = answering(refusal);
  const end = onStepUp(async () => true);
  const init = { method: 'POST', body: '{"a":1}' };
  expect((await fetchWithStepUp('/x', init)).status).toBe(200);
  expect(send).toHaveBeenCalledTimes(2);
  expect(send).toHaveBeenLastCalledWith('/x', expect.objectContaining(init));
  end();
});

test('what the repeated call answers may come for as long as a large file takes', async () => {
  vi.useFakeTimers();
  const send = answering(refusal);
  const end = onStepUp(async () => true);
  await fetchWithStepUp('/x');
  await vi.advanceTimersByTimeAsync(3_600_000);
  const [, init] = send.mock.calls.at(-1) as unknown as [string, RequestInit];
  expect(init.signal?.aborted).toBe(false);
  end();
});

test('a repeated call that nobody answers ends', async () => {
  vi.useFakeTimers();
  const unanswered = (_: string, init: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(new Error('ended')));
    });
  const send = vi.fn<typeof unanswered>(unanswered);
  send.mockImplementationOnce(async () => refusal());
  vi.stubGlobal('fetch', send);
  const end = onStepUp(async () => true);
  const call = expect(fetchWithStepUp('/x')).rejects.toThrow('ended');
  await vi.advanceTimersByTimeAsync(60_000);
  await call;
  end();
});

test('without a proof the refusal stands and can still be read', async () => {
  answering(refusal);
  const end = onStepUp(async () => false);
  const response = await fetchWithStepUp('/x');
  expect(await response.json()).toEqual({ code: 'step_up_required' });
  end();
});

test('two acts at the same time ask once', async () => {
  answering(refusal, refusal);
  const ask = vi.fn(async () => true);
  const end = onStepUp(ask);
  const answers = await Promise.all([fetchWithStepUp('/x'), fetchWithStepUp('/y')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(ask).toHaveBeenCalledTimes(1);
  end();
});

test('another refusal asks nobody', async () => {
  const send = answering(() => Response.json({ code: 'forbidden' }, { status: 403 }));
  const ask = vi.fn(async () => true);
  const end = onStepUp(ask);
  expect((await fetchWithStepUp('/x')).status).toBe(403);
  expect(ask).not.toHaveBeenCalled();
  expect(send).toHaveBeenCalledTimes(1);
  end();
});
