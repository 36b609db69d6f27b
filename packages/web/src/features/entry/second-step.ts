import { errorCodes, secondFactorStep, type ErrorCode, type SecondFactorStep } from '@custos/contract';
import type { Explanation } from '../../data/problem.ts';

export type FactorStep = SecondFactorStep;

function decoded(text: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** What an identity provider sent the browser back with: a second step, or why it did not work. */
export function arrivalOf(hash: string): { step: FactorStep | null; problem: Explanation | null } {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const given = values.get('second-factor');
  const step = given === null ? undefined : secondFactorStep.safeParse(decoded(given));
  const code = values.get('problem');
  const known = code !== null && Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode] : null;
  return {
    step: step?.success === true ? step.data : null,
    problem:
      code === null || known === null
        ? null
        : { title: 'That did not work', detail: providerWords(code, known), code, requestId: null },
  };
}

function providerWords(code: string, known: string): string {
  return code === 'sign_in_failed'
    ? 'Your identity provider knows you, but there is no account here that you may enter. Ask an administrator.'
    : known;
}
