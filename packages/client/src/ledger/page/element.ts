/** What an element may hold: text, which never becomes markup, and other elements. */
export type Child = Node | string | undefined;

/** Makes an element. Text from outside goes in as text nodes only; see `visibleText`. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly Child[] = [],
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that does something on this page. */
export function button(label: string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button' }, [label]);
  made.addEventListener('click', act);
  return made;
}
