/**
 * Colours of lines: told apart by hue and lightness, also by most who see colours differently. Red is not among
 * them: it means that somebody must act.
 */
const light = [
  '#4456d6',
  '#c77800',
  '#118299',
  '#a83f92',
  '#4f7f17',
  '#8a5a34',
  '#64718a',
  '#7a52c0',
] as const;
const dark = [
  '#93a1ff',
  '#e8a838',
  '#52c4da',
  '#e58fd0',
  '#9fce60',
  '#d3a27a',
  '#aab6cb',
  '#bda2f2',
] as const;

/** The colour of the line at `index`, in the present scheme. */
export function lineColour(index: number): string {
  const scheme = document.documentElement.getAttribute('data-mantine-color-scheme');
  const colours = scheme === 'dark' ? dark : light;
  return colours[index % colours.length] ?? light[0];
}
