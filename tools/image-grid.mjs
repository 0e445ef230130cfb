// @ts-check
import { encode } from "fast-png";

/**
 * Images of one size as a PNG, row by row, with a white line between them.
 * @param {readonly ArrayLike<number>[]} images pixels from 0 to 1, row by row, the channels of a pixel side by side
 * @param {{ columns: number; height: number; width: number; channels?: 1 | 3; factor?: number }} layout
 *   `factor`: how often a pixel is repeated in both directions
 * @returns {Uint8Array}
 */
export function imageGrid(images, { columns, height, width, channels = 1, factor = 1 }) {
  const rows = Math.ceil(images.length / columns);
  const down = height * factor + 1;
  const right = width * factor + 1;
  const size = { height: rows * down - 1, width: columns * right - 1 };
  const data = new Uint8Array(size.height * size.width * channels).fill(255);
  for (const [place, image] of images.entries()) {
    const top = Math.floor(place / columns) * down;
    const left = (place % columns) * right;
    for (let y = 0; y < height * factor; y++)
      for (let x = 0; x < width * factor; x++)
        for (let c = 0; c < channels; c++) {
          const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels + c;
          const value = Math.min(1, Math.max(0, image[from] ?? 0));
          data[((top + y) * size.width + left + x) * channels + c] = Math.round(255 * value);
        }
  }
  return encode({ ...size, data, channels, depth: 8 });
}
