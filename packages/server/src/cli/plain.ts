/** Text of others, on a terminal: nothing in it can move the cursor, colour, or look like another line. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}
