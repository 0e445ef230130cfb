// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { digits } from "../../tools/digits.mjs";
import { importBuilt } from "../../tools/example-run.mjs";
import { heldOutDigits, side } from "../../tools/held-out-digits.mjs";
import { imageGrid } from "../../tools/image-grid.mjs";
import { seededDraws } from "../../tools/seeded-draws.mjs";

const weights = "examples/lenet/lenet.safetensors";
const classes = 10;
const pixels = side * side;
/** So many pixels of a digit are made black. */
const blackened = 30;

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...digits,
  runs: [],
  seed: 0,
  figures: async () => {
    const model = await (await importBuilt("examples/explain/explain.dl", weights)).load();
    const all = heldOutDigits();
    const shown = Array.from(
      { length: classes },
      (_, label) => all.filter((digit) => digit.label === label)[3],
    );
    const digits = shown.flatMap((digit) => (digit === undefined ? [] : [digit]));
    drawMaps(model, digits);
    const some = all.filter((_, place) => place % 5 === 0);
    return {
      incomplete: { value: Math.max(...gaps(model, digits)), unit: "share" },
      "right.path": { value: shareStillRight(model, some, bySize), unit: "share" },
      "right.random": { value: shareStillRight(model, some, byChance), unit: "share" },
    };
  },
  goals: [
    { figure: "incomplete", most: 0.02 },
    { figure: "right.path", most: 0.5 },
    { figure: "right.random", least: 0.8 },
  ],
};

/** @typedef {import("../../tools/held-out-digits.mjs").Digit} Digit */

/** @param {readonly Digit[]} digits */
const asked = (digits) => ({
  image: Float32Array.from(digits.flatMap(({ image }) => [...image])),
  class: Int32Array.from(digits, ({ label }) => label),
});

/**
 * A row for each digit: the digit, and its maps, each scaled by its greatest.
 * @param {any} model
 * @param {readonly Digit[]} digits
 */
function drawMaps(model, digits) {
  const given = asked(digits);
  /** @type {Record<string, { shape: number[]; copy: () => Float32Array }>} */
  const found = { ...model.pixels(given) };
  const maps = ["slope", "smooth", "product", "path"].map(
    (name) => found[name]?.copy() ?? new Float32Array(),
  );
  const { cam, fall } = model.regions(given);
  const regions = [
    [cam.copy(), 10],
    [fall.copy(), 29],
  ];
  const images = digits.flatMap(({ image }, row) => [
    image,
    ...maps.map((map) => scaled(map.subarray(row * pixels, (row + 1) * pixels))),
    ...regions.map(([map, size]) =>
      enlarged(scaled(map.subarray(row * size ** 2, (row + 1) * size ** 2)), size),
    ),
  ]);
  const png = imageGrid(images, { columns: 7, height: side, width: side, factor: 2 });
  writeFileSync(join(import.meta.dirname, "maps.png"), png);
}

/** @param {Float32Array} map @returns {Float32Array} from 0 to 1: what speaks against the class as much as what speaks for it */
function scaled(map) {
  const most = map.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 1e-12);
  return map.map((value) => Math.abs(value) / most);
}

/** @param {Float32Array} map @param {number} size @returns {Float32Array} of as many pixels as an image, by the nearest */
function enlarged(map, size) {
  return Float32Array.from({ length: pixels }, (_, place) => {
    const [y, x] = [Math.floor(place / side), place % side].map((at) => Math.floor((at * size) / side));
    return map[(y ?? 0) * size + (x ?? 0)] ?? 0;
  });
}

/**
 * How far the maps of integrated gradients are from adding up to the difference of the scores of the digit and of black,
 * each as a share of that difference.
 * @param {any} model
 * @param {readonly Digit[]} digits
 */
function gaps(model, digits) {
  const path = model.pixels(asked(digits)).path.copy();
  const here = model.forward({ image: asked(digits).image }).logits.copy();
  const there = model.forward({ image: new Float32Array(pixels) }).logits.copy();
  return digits.map(({ label }, row) => {
    const difference = here[row * classes + label] - there[label];
    const total = path
      .subarray(row * pixels, (row + 1) * pixels)
      .reduce((/** @type {number} */ sum, /** @type {number} */ value) => sum + value, 0);
    return Math.abs(total - difference) / Math.abs(difference);
  });
}

/**
 * The share of the digits that are told rightly when of each the first pixels of an order are black.
 * @param {any} model
 * @param {readonly Digit[]} digits
 * @param {(image: Float32Array, map: Float32Array) => number[]} order
 */
function shareStillRight(model, digits, order) {
  const path = model.pixels(asked(digits)).path.copy();
  const images = digits.map(({ image }, row) => {
    const left = image.slice();
    for (const place of order(image, path.subarray(row * pixels, (row + 1) * pixels)).slice(0, blackened))
      left[place] = 0;
    return left;
  });
  const { logits } = model.forward({ image: Float32Array.from(images.flatMap((image) => [...image])) });
  const right = digits.filter(({ label }, row) => {
    const scores = [...logits.data.subarray(row * classes, (row + 1) * classes)];
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / digits.length;
}

/** @param {Float32Array} image @param {Float32Array} map @returns {number[]} what speaks most for the class first */
function bySize(image, map) {
  return [...image.keys()].sort((a, b) => (map[b] ?? 0) - (map[a] ?? 0));
}

const draw = seededDraws(1);

/** @param {Float32Array} image @returns {number[]} pixels that are not black, in any order */
function byChance(image) {
  const drawn = Array.from(image, () => draw());
  const bright = [...image.keys()].filter((place) => (image[place] ?? 0) > 0);
  return bright.sort((a, b) => (drawn[a] ?? 0) - (drawn[b] ?? 0));
}
