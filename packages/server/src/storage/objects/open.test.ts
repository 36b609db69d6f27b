import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../../base/clock.ts';
import { bytes } from './test/contract.ts';
import { openObjects } from './open.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-open-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the address of a store', () => {
  test('may be a path or a file: URL, which are the same directory', async () => {
    const one = await openObjects(join(directory, 'here'), { clock });
    await one.put('a', bytes('x'));
    const two = await openObjects(pathToFileURL(join(directory, 'here')).href, { clock });
    expect((await two.read('a', 10)).toString()).toBe('x');
  });

  test.each([
    ['', 'directory'],
    ['relative/path', 'directory'],
    ['file://elsewhere/share', 'on this machine'],
    ['ftp://bucket/prefix', 'begin with'],
    ['s3://', 'bucket'],
    ['s3://UPPER_case!/x', 'bucket'],
    ['s3://key:secret@bucket/x', 'credentials'],
    ['s3://bucket/x#part', '#'],
    ['s3://bucket/with%20space', 'path'],
    ['s3://bucket/a//b', 'path'],
    ['s3://bucket/x?regoin=eu', 'regoin'],
    ['s3://bucket/x?region=a&region=b', 'once'],
    ['s3://bucket/x?pathStyle=maybe', 'pathStyle'],
    ['s3://bucket/x?endpoint=ftp://host', 'endpoint'],
    ['s3://bucket/x?endpoint=http://user:word@host', 'endpoint'],
    ['azure://container/x', 'account'],
    ['azure://container/x?account=shop', 'account key'],
    ['gs://bucket/x?region=eu', 'region'],
  ])('%j is refused, and the message says what is wrong', async (address, words) => {
    await expect(openObjects(address, { clock })).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'url', message: expect.stringContaining(words) }],
    });
  });

  test('half of a pair of credentials and a key that is none are refused without being repeated', async () => {
    for (const [address, secrets] of [
      ['s3://bucket/x', { secretAccessKey: 'geheim' }],
      ['gs://bucket/x', { serviceAccount: 'geheim' }],
      ['gs://bucket/x', { serviceAccount: '{"client_email":"geheim"}' }],
      ['azure://box/x?account=shop', { accountKey: 'geheim', sasToken: 'geheim' }],
    ] as const) {
      const error = await openObjects(address, { clock, secrets }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_input' });
      expect(JSON.stringify(error)).not.toContain('geheim');
    }
  });
});
