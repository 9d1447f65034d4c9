import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { pageOf } from '../../scripts/preview/page.ts';
import { decode, shrink } from '../../scripts/preview/png.ts';

test.each(['light', 'dark'] as const)('the %s page has its diagrams to draw', async (theme) => {
  const page = await pageOf('# A\n\n```mermaid\nflowchart LR\n  a["<b>"] --> b\n```\n', theme);
  expect(page).toContain('<div class="mermaid">flowchart LR\n  a["&#x3C;b>"] --> b\n</div>');
  expect(page).toContain('<h1>A</h1>');
});

/** Drawn by Chromium: 8 × 6 pixels of a slanting gradient. */
const SCREENSHOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAVklEQVR4nFSMywnAIBBER9hjwNwDbgP59F9GTANxxQrSQGRV1MtjmX0zdB94TvjMC35HWhcEh8hUU2WymgpDHHXXVndqjG75mS32XbytIWzwDW5Q6vEDAAD//x4xCjkAAAAGSURBVAMAJX0wFLg7Le8AAAAASUVORK5CYII=',
  'base64',
);
/** What the browser's own canvas says of its first and last row. */
const FIRST_ROW = 'd12d00a45b0076880049b7001be30000f30c00d42a00b749';
const LAST_ROW = '7007986005ba4003dc2001ee1';

describe('a screenshot', () => {
  const { width, height, rgb } = decode(SCREENSHOT);

  test('is read as the browser reads it', () => {
    const hex = Buffer.from(rgb).toString('hex');
    expect([width, height, hex.length]).toEqual([8, 6, 8 * 6 * 6]);
    expect(hex.slice(0, FIRST_ROW.length)).toBe(FIRST_ROW);
    expect(hex.slice(-LAST_ROW.length)).toBe(LAST_ROW);
  });

  test('keeps its pixels when it is made small, if it has few colors', () => {
    const small = shrink(SCREENSHOT);
    const chunk = (type: string): Buffer => {
      const at = small.indexOf(type);
      return small.subarray(at + 4, at + 4 + small.readUInt32BE(at - 4));
    };
    const [palette, rows] = [chunk('PLTE'), inflateSync(chunk('IDAT'))];
    const indices = [...rows].filter((_, at) => at % (width + 1) !== 0);
    expect(indices.flatMap((index) => [...palette.subarray(index * 3, index * 3 + 3)])).toEqual([
      ...rgb,
    ]);
  });

  test('is the only kind of picture that is taken', () => {
    expect(() => decode(shrink(SCREENSHOT))).toThrow('no PNG of 8-bit red, green and blue');
    expect(() => decode(Buffer.from('GIF89a'))).toThrow('no PNG');
  });
});
