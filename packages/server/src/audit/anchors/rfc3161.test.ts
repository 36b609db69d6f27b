import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { formatCheckpoint } from '../log/formats/checkpoint.ts';
import type { PublishedCheckpoint } from '../log/ledger-types.ts';
import { hasOpenssl, startAuthority, type SignerName, type TestAuthority } from './authority-fixture.ts';
import { plainCall } from './call-fixture.ts';
import { createTimeStampAnchor, verifyTimeStampReceipt } from './rfc3161.ts';
import type { AnchorReceipt } from './types.ts';

const checkpointAt = (size: number): PublishedCheckpoint => {
  const text = formatCheckpoint({ origin: 'example.com/security', size, root: randomBytes(32) });
  return { log: 'security', origin: 'example.com/security', size, text, note: `${text}\n` };
};

// The authority is OpenSSL's own; without it nobody here could make a time stamp that is not ours.
describe.skipIf(!hasOpenssl())('an anchor at a time stamping authority', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await startAuthority();
  });
  afterAll(() => authority.close());
  afterEach(() => authority.answerWith(null));

  const anchor = (ca = authority.ca): ReturnType<typeof createTimeStampAnchor> =>
    createTimeStampAnchor({ name: 'tsa', url: authority.url, ca, call: plainCall });

  test('has the text of a checkpoint stamped, and the receipt proves it to others too', async () => {
    const checkpoint = checkpointAt(42);
    const before = Date.now();
    const receipt = await anchor().publish(checkpoint);
    expect(receipt).toMatchObject({ anchor: 'tsa', kind: 'rfc3161', log: 'security', size: 42 });
    // Time stamps of this authority are in whole seconds.
    expect(receipt.at).toBeGreaterThanOrEqual(before - 1000);
    expect(receipt.at).toBeLessThanOrEqual(Date.now() + 1000);
    expect(authority.opensslVerifies(receipt.receipt, checkpoint.text)).toBe(true);
    expect(authority.opensslVerifies(receipt.receipt, checkpointAt(42).text)).toBe(false);

    expect(await verifyTimeStampReceipt(receipt, authority.ca)).toMatchObject({
      at: receipt.at,
      policy: '1.2.3.4.1',
    });
    for (const other of [
      { ...receipt, size: 43 },
      { ...receipt, origin: 'example.com/other' },
      { ...receipt, root: randomBytes(32) },
    ]) {
      await expect(verifyTimeStampReceipt(other, authority.ca)).rejects.toMatchObject({
        code: 'time_stamp_invalid',
        message: expect.stringContaining('something else'),
      });
    }
    await expect(anchor().newest('example.com/security')).resolves.toBeNull();
  });

  test('takes no answer whose chain ends elsewhere', async () => {
    await expect(anchor(authority.otherCa).publish(checkpointAt(1))).rejects.toMatchObject({
      code: 'time_stamp_invalid',
      message: expect.stringContaining('chain'),
    });
    await expect(anchor('none').publish(checkpointAt(1))).rejects.toMatchObject({
      code: 'time_stamp_invalid',
    });
    // Both authorities in one list are fine.
    await anchor(`${authority.otherCa}\n${authority.ca}`).publish(checkpointAt(1));
  });

  test('takes no answer to an earlier request, however right it is', async () => {
    const checkpoint = checkpointAt(7);
    const earlier: AnchorReceipt = await anchor().publish(checkpoint);
    authority.answerWith(() => ({ body: earlier.receipt }));
    await expect(anchor().publish(checkpoint)).rejects.toMatchObject({
      code: 'time_stamp_invalid',
      message: expect.stringContaining('nonce'),
    });
    await expect(anchor().publish(checkpointAt(8))).rejects.toMatchObject({
      message: expect.stringContaining('something else'),
    });
  });

  test.each([
    ['tls', true, 'not for time stamps'],
    ['mixed', true, 'not for time stamps'],
    ['future', true, 'chain'],
    ['tsa', false, 'does not name the certificate'],
  ] as const)('takes no signature by the signer "%s" (named: %s)', async (by: SignerName, named, words) => {
    authority.answerWith((response) => ({ body: authority.signAnew(response, by, { named }) }));
    await expect(anchor().publish(checkpointAt(3))).rejects.toMatchObject({
      code: 'time_stamp_invalid',
      message: expect.stringContaining(words),
    });
  });

  test('takes the same content signed anew by the right signer, so the refusals are for their reason', async () => {
    authority.answerWith((response) => ({ body: authority.signAnew(response, 'tsa') }));
    expect(await anchor().publish(checkpointAt(3))).toMatchObject({ size: 3 });
  });

  test('takes no answer of which one byte was changed, unless the byte is no part of what is signed', async () => {
    const checkpoint = checkpointAt(9);
    const receipt = await anchor().publish(checkpoint);
    const bytes = receipt.receipt;
    const accepted: number[] = [];
    for (let place = 0; place < bytes.length; place += 11) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] as number) ^ 0x01;
      const result = await verifyTimeStampReceipt({ ...receipt, receipt: changed }, authority.ca).catch(
        (error: unknown) => error,
      );
      if (result instanceof Error) expect(result).toMatchObject({ code: 'time_stamp_invalid' });
      else {
        accepted.push(place);
        // Whatever still verifies says the same.
        expect(result).toMatchObject({ at: receipt.at, policy: '1.2.3.4.1' });
      }
    }
    expect(accepted.length).toBeLessThan(bytes.length / 11 / 4);
  });

  test('says why when the authority refuses or answers something else', async () => {
    const refusal = Buffer.from('300b30090201023004030201803000'.slice(0, 18), 'hex');
    for (const [change, code, words] of [
      [{ status: 500 }, 'anchor_failed', '500'],
      [{ type: 'text/html' }, 'anchor_failed', 'text/html'],
      [{ body: Buffer.from('no') }, 'time_stamp_invalid', 'no time stamp response'],
      [{ body: Buffer.alloc(0) }, 'time_stamp_invalid', 'no time stamp response'],
      // PKIStatus rejection (2) without a token.
      [{ body: Buffer.from('30053003020102', 'hex') }, 'time_stamp_invalid', 'status 2'],
      [{ body: Buffer.from('30053003020100', 'hex') }, 'time_stamp_invalid', 'no token'],
      [{ body: refusal }, 'time_stamp_invalid', ''],
    ] as const) {
      authority.answerWith(() => change);
      await expect(anchor().publish(checkpointAt(3))).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
    }
  });
});
