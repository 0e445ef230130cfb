// @ts-check

/**
 * A grey image as lines of text, two rows of pixels a line: the upper half of a character cell is one pixel, the lower
 * half the one below. With colours in 24 shades of grey, else in black and white.
 * @param {ArrayLike<number>} pixels from 0, the ground, to 1, the ink, row by row
 * @param {number} width
 * @param {boolean} coloured
 * @returns {string[]} each as many characters wide as the image, escape sequences apart
 */
export function pictureLines(pixels, width, coloured) {
  const height = pixels.length / width;
  /** @type {string[]} */
  const lines = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    for (let x = 0; x < width; x++) {
      const upper = pixels[y * width + x] ?? 0;
      const lower = pixels[(y + 1) * width + x] ?? 0;
      line += coloured
        ? `\u001b[38;5;${shade(upper)};48;5;${shade(lower)}m▀`
        : halves(upper > 0.4, lower > 0.4);
    }
    lines.push(coloured ? `${line}\u001b[0m` : line);
  }
  return lines;
}

/**
 * The 24 greys of the 256-colour palette are 232 to 255.
 * @param {number} ink
 */
const shade = (ink) => 232 + Math.round(23 * Math.min(1, Math.max(0, ink)));

/**
 * @param {boolean} upper
 * @param {boolean} lower
 */
function halves(upper, lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

/**
 * The inner part of a square image.
 * @param {ArrayLike<number>} pixels
 * @param {number} side of the image
 * @param {number} margin left away on every side
 * @returns {number[]}
 */
export function crop(pixels, side, margin) {
  const inner = side - 2 * margin;
  return Array.from(
    { length: inner * inner },
    (_, i) => pixels[(margin + Math.floor(i / inner)) * side + margin + (i % inner)] ?? 0,
  );
}
