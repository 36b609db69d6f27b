let note: HTMLElement | undefined;

/** One floating note for every drawing of the page. Lines of text, never markup. */
export function showNote(lines: readonly string[], at: { x: number; top: number; bottom: number }): void {
  if (note === undefined) {
    note = document.createElement('div');
    note.className = 'hover-note';
    note.setAttribute('role', 'status');
    document.body.append(note);
  }
  note.replaceChildren(
    ...lines.map((line) => {
      const row = document.createElement('div');
      row.textContent = line;
      return row;
    }),
  );
  note.hidden = false;
  const { width, height } = note.getBoundingClientRect();
  const left = Math.max(8, Math.min(window.innerWidth - width - 8, at.x - width / 2));
  const top = at.top - height - 8 < 8 ? at.bottom + 8 : at.top - height - 8;
  note.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

export function hideNote(): void {
  if (note !== undefined) note.hidden = true;
}
