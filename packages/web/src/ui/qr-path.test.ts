import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { qrPath } from './qr-path.ts';

/** The modules that a path fills. */
function filled(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g)) {
    modules[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  }
  return modules;
}

test('the path fills the dark modules of the code and no others', () => {
  const { data, size } = encode('otpauth://totp/Custos:ada?secret=JBSWY3DPEHPK3PXP', { border: 4 });
  expect(filled(qrPath(data), size)).toEqual(data);
});

test('a run that reaches the edge is closed', () => {
  expect(qrPath([[false, true, true]])).toBe('M1 0h2v1H1z');
  expect(qrPath([[false], [false]])).toBe('');
});
