import type { Problem } from '@custos/client/ledger';

/** 1: it is understood and does not hold. 2: it could not be told. As `verify.py` exits. */
export function exitCodeOf(code: Problem['code']): 1 | 2 {
  return code === 'not_verified' || code === 'behind' || code === 'forked' ? 1 : 2;
}
