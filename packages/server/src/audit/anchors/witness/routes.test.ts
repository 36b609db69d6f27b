import { expect, test } from 'vitest';
import { createTestServer } from '../../../../test/http-server.ts';
import { describeOnBothStores } from '../../../../test/stores.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { verifiedSignatures } from '../../log/formats/keys.ts';
import { parseNote, parseSignatureLines } from '../../log/formats/signed-note.ts';
import { leafHash } from '../../log/merkle/hashing.ts';
import { bodyOf, cosigners, logSigner, noteAt, origin } from '../../log/witness/witness-fixture.ts';
import { createWitnessService } from './service.ts';
import { witnessRoutes } from './routes.ts';

const url = '/witness/add-checkpoint';

describeOnBothStores('a witness over HTTP', (open) => {
  async function served() {
    const witness = createWitnessService({
      state: await open(),
      clock: systemClock,
      log: silentLogger,
      signers: cosigners,
      logs: [{ origin, keys: [logSigner.verifier] }],
    });
    const { app } = await createTestServer();
    await app.register(witnessRoutes({ witness }));
    const submit = (payload: string | Buffer, headers: Record<string, string> = {}) =>
      app.inject({ method: 'POST', url, payload, headers });
    return { app, submit };
  }

  test('anybody is answered with cosignatures, whatever the content type says and wherever they come from', async () => {
    const { submit } = await served();
    let old = 0;
    for (const [size, headers] of [
      [5, {}],
      [7, { 'content-type': 'text/plain' }],
      [7, { 'content-type': 'application/octet-stream' }],
      [40, { 'content-type': 'application/json', origin: 'https://elsewhere.example' }],
    ] as const) {
      const answer = await submit(bodyOf(old, size), headers);
      expect([size, answer.statusCode]).toEqual([size, 200]);
      expect(answer.headers['content-type']).toMatch(/^text\/plain/);
      const note = { ...parseNote(noteAt(size)), signatures: parseSignatureLines(answer.body) };
      const right = verifiedSignatures(
        note,
        cosigners.map(({ verifier }) => verifier),
      );
      expect(right).toHaveLength(2);
      old = size;
    }
  });

  test('each fault has the status of the specification, and 409 says the size in its own type', async () => {
    const { submit } = await served();
    expect((await submit(bodyOf(0, 8))).statusCode).toBe(200);
    const behind = await submit(bodyOf(0, 9));
    expect([behind.statusCode, behind.headers['content-type'], behind.body]).toEqual([
      409,
      'text/x.tlog.size',
      '8\n',
    ]);
    const status = async (payload: string | Buffer) => (await submit(payload)).statusCode;
    expect(await status('')).toBe(400);
    expect(await status('old 8\n')).toBe(400);
    expect(await status(Buffer.from([0x6f, 0xff, 0xfe]))).toBe(400);
    expect(await status(bodyOf(9, 8))).toBe(400);
    expect(await status(bodyOf(8, 9).replace(`— ${origin}`, '— example.com/stranger'))).toBe(403);
    expect(await status(bodyOf(8, 9).replace(`\n\n${origin}`, '\n\nexample.com/unknown'))).toBe(404);
    const others = Array.from({ length: 64 }, (_, at) => leafHash(Buffer.from(`other ${at}`)));
    expect(await status(bodyOf(8, 9, others))).toBe(422);
    // Nothing of it moved what was cosigned.
    expect((await submit(bodyOf(0, 9))).body).toBe('8\n');
  });

  test('a body above the limit is refused unread, and other methods are not taken', async () => {
    const { app, submit } = await served();
    const huge = await submit('x'.repeat(70_000));
    expect([huge.statusCode, huge.json()]).toMatchObject([413, { code: 'payload_too_large' }]);
    expect((await app.inject({ url, headers: { authorization: 'Bearer ada' } })).statusCode).toBe(405);
  });
});
