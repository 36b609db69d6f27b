import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signatureHeader } from './signature.ts';

type Verify = (rawBody: string, header: string, secret: string) => boolean;

/** The function that docs/webhooks.md gives to receivers, taken from the page itself. */
async function documented(): Promise<Verify> {
  const page = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    isFromCustos: Verify;
  };
  return module.isFromCustos;
}

test('the documented check accepts what is sent, under either secret of a rotation', async () => {
  const isFromCustos = await documented();
  const header = signatureHeader('{"a":1}', { secrets: ['new', 'old'], now: Date.now() });
  expect(isFromCustos('{"a":1}', header, 'new')).toBe(true);
  expect(isFromCustos('{"a":1}', header, 'old')).toBe(true);
});

test('it refuses another body, another secret, another time and an old request', async () => {
  const isFromCustos = await documented();
  const now = Date.now();
  const header = signatureHeader('body', { secrets: ['secret'], now });
  expect(isFromCustos('body!', header, 'secret')).toBe(false);
  expect(isFromCustos('body', header, 'guess')).toBe(false);
  expect(isFromCustos('body', header.replace(/t=\d+/, `t=${Math.floor(now / 1000) + 1}`), 'secret')).toBe(
    false,
  );
  expect(
    isFromCustos('body', signatureHeader('body', { secrets: ['secret'], now: now - 600_000 }), 'secret'),
  ).toBe(false);
});
