import { expect, test } from 'vitest';
import { guaranteeOf, type Outside } from './guarantee.ts';

const alone: Outside = { witnesses: [], quorumAsked: false, anchors: [] };
const nobody = 'No witness and no anchor outside is set up';
const webhook = { name: 'chat', kind: 'webhook' } as const;

test('without anybody outside it says that whoever has the keys can make another history', () => {
  expect(guaranteeOf(alone)).toContain(nobody);
  expect(guaranteeOf(alone)).toContain('Without the signing keys');
});

test('a receiver of checkpoints is not taken for an anchor', () => {
  const said = guaranteeOf({ ...alone, anchors: [webhook] });
  expect(said).toContain('(chat)');
  expect(said).toContain(nobody);
});

test('witnesses count for what the policy makes of them', () => {
  const asked = guaranteeOf({ ...alone, witnesses: ['w1', 'w2'], quorumAsked: true });
  expect(asked).toContain('cannot make another history that is trusted either');
  expect(asked).toContain('(w1, w2)');
  expect(asked).not.toContain(nobody);
  const unasked = guaranteeOf({ ...alone, witnesses: ['w1'] });
  expect(unasked).toContain('the policy does not ask for that');
  expect(unasked).not.toContain('cannot make another history');
  // A quorum of witnesses that nobody asks is no guarantee.
  expect(guaranteeOf({ ...alone, quorumAsked: true })).toContain(nobody);
});

test('each kind of anchor is said to prove what it proves, and no more', () => {
  const locked = guaranteeOf({ ...alone, anchors: [{ name: 'vault', kind: 's3-lock' }, webhook] });
  expect(locked).toContain('(vault) cannot be removed or replaced before the lock ends');
  expect(locked).not.toContain('cannot date it back');
  const stamped = guaranteeOf({ ...alone, anchors: [{ name: 'tsa', kind: 'rfc3161' }] });
  expect(stamped).toContain('(tsa) prove when checkpoints existed');
  expect(stamped).not.toContain('before the lock ends');
  for (const said of [locked, stamped]) {
    expect(said).not.toContain(nobody);
    expect(said).toContain('after the last confirmed checkpoint');
  }
});
