/** Colours as a canvas needs them: read from the tokens, kept until the scheme changes. */
export interface Palette {
  readonly up: string;
  readonly degraded: string;
  readonly down: string;
  readonly maintenance: string;
  readonly inconclusive: string;
  readonly line: string;
  readonly text: string;
  readonly accent: string;
  readonly raised: string;
}

let cached: { scheme: string | null; palette: Palette } | undefined;

export function palette(): Palette {
  const root = document.documentElement;
  const scheme = root.getAttribute('data-mantine-color-scheme');
  if (cached?.scheme === scheme) return cached.palette;
  const style = getComputedStyle(root);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  cached = {
    scheme,
    palette: {
      up: read('--up-mark'),
      degraded: read('--degraded-mark'),
      down: read('--down-mark'),
      maintenance: read('--maintenance-mark'),
      inconclusive: read('--idle-mark'),
      line: read('--line'),
      text: read('--text-3'),
      accent: read('--accent'),
      raised: read('--bg-raised'),
    },
  };
  return cached.palette;
}

const redraws = new Set<() => void>();
let watching = false;

/** Calls `redraw` when light becomes dark or back; returns what ends it. */
export function onSchemeChange(redraw: () => void): () => void {
  if (!watching) {
    watching = true;
    new MutationObserver(() => {
      for (const each of redraws) each();
    }).observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
  }
  redraws.add(redraw);
  return () => redraws.delete(redraw);
}
