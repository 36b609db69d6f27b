import { partialWidth, tileWidth } from '../merkle/frontier.ts';

/** What a tile path names: a tile of hashes at a level, or the entries themselves. */
export interface TileName {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 255 for a partial tile; 256 for a full one. */
  readonly width: number;
}

/** `x001/x234/067` for 1234067 (C2SP tlog-tiles). */
function indexPath(index: number): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return path;
}

/** The path of a tile or bundle below the log's prefix, such as `tile/0/x001/067.p/112`. */
export function tilePath({ level, index, width }: TileName): string {
  return `tile/${level}/${indexPath(index)}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** Parses a path below the log's prefix; `undefined` when it names no tile. */
export function parseTilePath(path: string): TileName | undefined {
  const match =
    /^tile\/(entries|0|[1-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(
      path,
    );
  if (match === null) return undefined;
  const index = Number((match[2] as string).replaceAll(/[x/]/g, ''));
  const width = match[3] === undefined ? tileWidth : Number(match[3]);
  const name: TileName = {
    level: match[1] === 'entries' ? 'entries' : Number(match[1]),
    index,
    width,
  };
  // One tile, one path: superfluous `x000` and a partial of full width are other names for nothing.
  return match[3] !== undefined && width >= tileWidth
    ? undefined
    : tilePath(name) === path
      ? name
      : undefined;
}

/** How wide a tile or bundle is in a tree of `size` leaves: 0 (does not exist) to 256 (full). */
export function tileWidthAt(size: number, level: number | 'entries', index: number): number {
  const height = level === 'entries' ? 0 : level;
  const full = Math.floor(size / tileWidth ** (height + 1));
  if (index < full) return tileWidth;
  return index === full ? partialWidth(size, height) : 0;
}
