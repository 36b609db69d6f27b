import { markOf, type RedactionRule } from './types.ts';

/** RFC 7468; a key whose end is missing is masked to the end of the text. */
const block =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;

const mark = markOf('private-key');

export const privateKeyRule: RedactionRule = {
  name: 'private-key',
  hint: '-----BEGIN',
  mask: (text) => text.replace(block, mark),
};
