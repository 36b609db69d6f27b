import { element } from './element.ts';

/** Characters that show nothing, steer the direction of text, or break lines unseen (Unicode categories). */
const invisible = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}])/u;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xff_ff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/**
 * Text from outside, as an element of its own direction in which every invisible character is written out,
 * so that nothing in an event can look like something else (Unicode Technical Report 36).
 */
export function visibleText(text: string): HTMLElement {
  const parts = text
    .split(invisible)
    .map((part, at) => (at % 2 === 1 ? element('span', { class: 'escape' }, [escaped(part)]) : part));
  return element('bdi', {}, parts);
}
