import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { objectCorrupt } from './errors.ts';
import type { ObjectFacts } from './types.ts';

/** Passes content through and fails at its end when it is not what the facts say. */
export function verifier(key: string, facts: ObjectFacts): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      done(hash.digest('hex') === facts.sha256 ? null : objectCorrupt(key));
    },
  });
}
