import { expect, test } from 'vitest';
import { arrivalOf } from './second-step.ts';

const step = {
  step: 'second-factor',
  ticket: 't',
  methods: ['totp'],
  passkey: null,
  expiresAt: '2026-11-21T08:05:00.000Z',
};
const packed = Buffer.from(JSON.stringify(step)).toString('base64url');

test('a second step that a provider’s answer leads to is taken from the fragment', () => {
  expect(arrivalOf(`#second-factor=${packed}`)).toMatchObject({
    step: { ticket: 't', expiresAt: Date.parse(step.expiresAt) },
    problem: null,
  });
});

test.each(['', '#second-factor=%%%', '#second-factor=e30', '#problem=unheard-of', '#problem=toString'])(
  'what means nothing is nothing: %s',
  (hash) => expect(arrivalOf(hash)).toEqual({ step: null, problem: null }),
);

test('a code that Custos knows is put into words', () => {
  expect(arrivalOf('problem=identity_provider_failed').problem).toMatchObject({
    code: 'identity_provider_failed',
    detail: expect.stringContaining('identity provider'),
  });
});
