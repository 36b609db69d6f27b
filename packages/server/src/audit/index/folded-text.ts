/**
 * Text without regard to case, the same for a leaf and for what is looked for. The final sigma is made a
 * plain one, because whether a sigma is final depends on where a text is cut.
 */
export function foldText(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/**
 * What to look for in the folded canonical text of a leaf: the text as it is, so that pieces of JSON are
 * found, and as it stands within a JSON string, so that quotation marks are found.
 */
export function needlesOf(text: string): readonly string[] {
  const plain = foldText(text.toWellFormed());
  const quoted = foldText(JSON.stringify(text.toWellFormed()).slice(1, -1));
  return plain === quoted ? [plain] : [plain, quoted];
}
