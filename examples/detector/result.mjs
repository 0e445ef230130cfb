// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { matchBoxes, meanAveragePrecision } from "../../tools/average-precision.mjs";
import { preparedData } from "../../tools/data.mjs";
import { importBuilt } from "../../tools/example-run.mjs";
import { imageGrid } from "../../tools/image-grid.mjs";
import { readNpy } from "../../tools/npy-file.mjs";

const side = 64;
const size = side * side;
/** Places for digits in a scene, and the class of an empty one. */
const [places, none] = [4, 10];
/** Boxes of the model for each scene. */
const most = 8;
const shown = 10;

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("digit-scenes"),
  files: ["train", "test"].flatMap((part) =>
    ["images", "boxes", "classes"].map((what) => `${part}-${what}.npy`),
  ),
  runs: [[]],
  seed: 1,
  figures: async ([training], folder) => {
    if (training === undefined) throw new Error("no training");
    const images = Float32Array.from(readNpy(join(folder, "test-images.npy")).data, (value) => value / 255);
    const digits = readDigits(folder);
    const found = await detect(training.weights, images);
    // A box counts as said where it is likelier than not.
    const said = found.filter(({ score }) => score >= 0.5);
    const right = matchBoxes(said, digits).filter(({ thing }) => thing !== undefined);
    writeFileSync(join(import.meta.dirname, "scenes.png"), drawScenes(images, digits, said));
    return {
      iou: { value: right.reduce((sum, { overlap }) => sum + overlap, 0) / right.length, unit: "number" },
      precision: { value: right.length / said.length, unit: "share" },
      recall: { value: right.length / digits.length, unit: "share" },
      averagePrecision: { value: meanAveragePrecision(found, digits), unit: "number" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [
    { figure: "iou", least: 0.7 },
    { figure: "precision", least: 0.85 },
    { figure: "recall", least: 0.8 },
    { figure: "averagePrecision", least: 0.8 },
  ],
};

/** @typedef {import("../../tools/average-precision.mjs").Thing} Thing */
/** @typedef {import("../../tools/average-precision.mjs").Found} Found */

/** @param {string} folder @returns {readonly Thing[]} */
function readDigits(folder) {
  const boxes = readNpy(join(folder, "test-boxes.npy")).data;
  const kinds = [...readNpy(join(folder, "test-classes.npy")).data];
  return kinds.flatMap((kind, place) =>
    kind === none ? [] : [{ image: Math.floor(place / places), kind, box: boxAt(boxes, place) }],
  );
}

/**
 * What the built module finds.
 * @param {string} weights
 * @param {Float32Array} images
 * @returns {Promise<readonly Found[]>}
 */
async function detect(weights, images) {
  const model = await (await importBuilt("examples/detector/detector.dl", weights)).load();
  /** @type {Found[]} */
  const found = [];
  const batch = 50;
  for (let start = 0; start < images.length / size; start += batch) {
    const result = model.forward({ image: images.subarray(start * size, (start + batch) * size) });
    for (let place = 0; place < batch * most; place++) {
      const score = result.score.data[place] ?? 0;
      // One that a better one covers.
      if (score === 0) continue;
      const image = start + Math.floor(place / most);
      found.push({ image, kind: result.class.data[place] ?? NaN, box: boxAt(result.box.data, place), score });
    }
  }
  return found;
}

/** @param {ArrayLike<number>} boxes @param {number} place @returns {import("../../tools/average-precision.mjs").Box} */
function boxAt(boxes, place) {
  const [x = NaN, y = NaN, width = NaN, height = NaN] = [0, 1, 2, 3].map((k) => boxes[4 * place + k]);
  return [x, y, width, height];
}

/**
 * The first scenes, three times as large: green the true boxes, red those that were found.
 * @param {Float32Array} images
 * @param {readonly Thing[]} digits
 * @param {readonly Found[]} said
 */
function drawScenes(images, digits, said) {
  const factor = 3;
  const wide = side * factor;
  const tiles = Array.from({ length: shown }, (_, scene) => {
    const tile = Float32Array.from({ length: wide * wide * 3 }, (__, at) => {
      const pixel = Math.floor(at / 3);
      const [y, x] = [Math.floor(pixel / wide / factor), Math.floor((pixel % wide) / factor)];
      return 0.7 * (images[scene * size + y * side + x] ?? 0);
    });
    for (const { image, box } of digits) if (image === scene) outline(tile, wide, factor, box, [0, 0.8, 0]);
    for (const { image, box } of said) if (image === scene) outline(tile, wide, factor, box, [1, 0.25, 0.2]);
    return tile;
  });
  return imageGrid(tiles, { columns: shown / 2, height: wide, width: wide, channels: 3 });
}

/**
 * @param {Float32Array} tile
 * @param {number} wide
 * @param {number} factor
 * @param {import("../../tools/average-precision.mjs").Box} box
 * @param {readonly number[]} colour
 */
function outline(tile, wide, factor, [x, y, width, height], colour) {
  const [left = 0, top = 0, right = 0, bottom = 0] = [
    x - width / 2,
    y - height / 2,
    x + width / 2,
    y + height / 2,
  ].map((value) => Math.min(wide - 1, Math.max(0, Math.round(factor * value))));
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++)
      if (row === top || row === bottom || column === left || column === right)
        tile.set(colour, (row * wide + column) * 3);
}
