import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const MAX_COLORS = 256;
/** PNG's types of color: https://www.w3.org/TR/png-3/#6Colour-values */
const [TRUECOLOR, INDEXED] = [2, 3];

/** An image of opaque pixels. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Three bytes for each pixel, row by row. */
  readonly rgb: Uint8Array;
}

/**
 * Makes a screenshot small: a palette of 256 colors in the place of three bytes for each pixel, and
 * thorough compression. Text and flat areas look the same; a few pixels of an emoji change their shade.
 *
 * @param png of a browser: 8 bits of red, green and blue, not interlaced
 * @throws Error if it is another kind of PNG
 */
export function shrink(png: Buffer): Buffer {
  return encodeIndexed(decode(png));
}

/**
 * @param png with 8 bits of red, green and blue, not interlaced
 * @throws Error if it is another kind of PNG
 */
export function decode(png: Buffer): Pixels {
  const chunks = chunksOf(png);
  const header = chunks.find(([type]) => type === 'IHDR')?.[1] ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, color, , , interlaced] = header.subarray(8);
  if (depth !== 8 || color !== TRUECOLOR || interlaced !== 0) {
    throw new Error('This is no PNG of 8-bit red, green and blue.');
  }
  const data = chunks.flatMap(([type, content]) => (type === 'IDAT' ? [content] : []));
  return { width, height, rgb: unfilter(inflateSync(Buffer.concat(data)), width * 3, height) };
}

function chunksOf(png: Buffer): [type: string, content: Buffer][] {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('This is no PNG.');
  const chunks: [string, Buffer][] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push([type, png.subarray(at + 8, at + 8 + length)]);
    at += length + 12;
  }
  return chunks;
}

/** Takes back what was done to each row before compression: https://www.w3.org/TR/png-3/#9Filters */
function unfilter(rows: Buffer, stride: number, height: number): Uint8Array {
  const bytes = new Uint8Array(stride * height);
  const byteAt = (x: number, y: number): number =>
    x < 0 || y < 0 ? 0 : (bytes[y * stride + x] ?? 0);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const [left, above, corner] = [byteAt(x - 3, y), byteAt(x, y - 1), byteAt(x - 3, y - 1)];
      const mean = (left + above) >> 1;
      const predicted = [0, left, above, mean, nearest(left, above, corner)][filter] ?? 0;
      bytes[y * stride + x] = (rows[y * (stride + 1) + 1 + x] ?? 0) + predicted;
    }
  }
  return bytes;
}

/** The neighbor that is nearest to left + above - corner (Paeth). */
function nearest(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function encodeIndexed({ width, height, rgb }: Pixels): Buffer {
  const colors = Array.from({ length: width * height }, (_, index) => colorAt(rgb, index * 3));
  const palette = mostUsed(colors);
  const indexOf = new Map(palette.map((color, index) => [color, index]));
  const rows = Buffer.alloc((width + 1) * height);
  colors.forEach((color, pixel) => {
    const index = indexOf.get(color) ?? indexOfNearest(color, palette);
    indexOf.set(color, index);
    rows[Math.floor(pixel / width) + pixel + 1] = index;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, INDEXED], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(parts))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function colorAt(rgb: Uint8Array, at: number): number {
  return ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
}

function parts(color: number): [red: number, green: number, blue: number] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

/** The colors of the most pixels, most first. */
function mostUsed(colors: readonly number[]): number[] {
  const uses = new Map<number, number>();
  for (const color of colors) uses.set(color, (uses.get(color) ?? 0) + 1);
  return [...uses]
    .sort(([, uses], [, others]) => others - uses)
    .slice(0, MAX_COLORS)
    .map(([color]) => color);
}

function indexOfNearest(color: number, palette: readonly number[]): number {
  const [red, green, blue] = parts(color);
  const distances = palette.map((candidate) => {
    const [r, g, b] = parts(candidate);
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}
