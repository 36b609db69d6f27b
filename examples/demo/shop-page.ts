import type { Product } from './shop-orders.ts';

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => `&#${String(sign.codePointAt(0))};`);

/** The shop's front page. */
export function shopPage(products: readonly Product[], controlUrl: string): string {
  const cards = products.map(
    ({ title, price }) => `<li><b>${escape(title)}</b><span>${escape(price)} €</span></li>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour Books</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
  ul { list-style: none; padding: 0; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
  li { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .75rem; padding: 1rem; display: grid; gap: .5rem; }
</style></head><body><h1>Harbour Books</h1><p>A small real shop with a real database, here to be broken:
<a href="${escape(controlUrl)}">break it</a>.</p><ul>${cards.join('')}</ul></body></html>`;
}
