/** The dark modules of a QR code as the path of an SVG whose unit is one module; runs of a row are one piece. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  const pieces: string[] = [];
  for (const [y, row] of modules.entries()) {
    let from = -1;
    for (let x = 0; x <= row.length; x++) {
      const dark = row[x] === true;
      if (dark && from < 0) from = x;
      if (!dark && from >= 0) {
        pieces.push(`M${from} ${y}h${x - from}v1H${from}z`);
        from = -1;
      }
    }
  }
  return pieces.join('');
}
