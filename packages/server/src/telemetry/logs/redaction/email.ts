import { markOf, type RedactionRule } from './types.ts';

/** RFC 5321: up to 64 characters before the sign, labels of 63 after it; a top-level domain is no number. */
const address = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/gu;

const mark = markOf('email');

export const emailRule: RedactionRule = {
  name: 'email',
  hint: '@',
  mask: (text) => text.replace(address, mark),
};
