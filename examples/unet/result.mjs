// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparedData } from "../../tools/data.mjs";
import { importBuilt } from "../../tools/example-run.mjs";
import { imageGrid } from "../../tools/image-grid.mjs";
import { readNpy } from "../../tools/npy-file.mjs";

const side = 64;
const size = side * side;
const shown = 12;

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("digit-scenes"),
  files: ["train-images.npy", "train-masks.npy", "test-images.npy", "test-masks.npy"],
  runs: [[]],
  seed: 1,
  figures: async ([training], folder) => {
    if (training === undefined) throw new Error("no training");
    const images = Float32Array.from(readNpy(join(folder, "test-images.npy")).data, (value) => value / 255);
    const truth = Uint8Array.from(readNpy(join(folder, "test-masks.npy")).data, (value) =>
      value > 0 ? 1 : 0,
    );
    const masks = await segment(training.weights, images);
    writeFileSync(join(import.meta.dirname, "scenes.png"), drawScenes(images, truth, masks));
    const thresholds = [0.2, 0.25, 0.3, 0.35, 0.4, 0.5].map((least) =>
      overlapOf(
        truth,
        images.map((value) => (value > least ? 1 : 0)),
      ),
    );
    return {
      iou: { value: overlapOf(truth, masks), unit: "number" },
      threshold: { value: Math.max(...thresholds), unit: "number" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [{ figure: "iou", least: 0.85 }],
};

/**
 * The masks of images, as the built module finds them.
 * @param {string} weights
 * @param {Float32Array} images
 */
async function segment(weights, images) {
  const model = await (await importBuilt("examples/unet/unet.dl", weights)).load();
  const masks = new Uint8Array(images.length);
  const batch = 50 * size;
  for (let start = 0; start < images.length; start += batch)
    masks.set(model.forward({ image: images.subarray(start, start + batch) }).mask.data, start);
  return masks;
}

/**
 * Over all pixels: those of digits in both, as a share of those of digits in either.
 * @param {ArrayLike<number>} truth
 * @param {ArrayLike<number>} masks
 */
function overlapOf(truth, masks) {
  let [both, either] = [0, 0];
  for (let at = 0; at < masks.length; at++) {
    if (truth[at] === 1 && masks[at] === 1) both++;
    if (truth[at] === 1 || masks[at] === 1) either++;
  }
  return both / either;
}

/**
 * The first scenes, below them their true masks, and below these the ones that were found.
 * @param {Float32Array} images
 * @param {Uint8Array} truth
 * @param {Uint8Array} masks
 */
function drawScenes(images, truth, masks) {
  const tiles = [images, truth, masks].flatMap((all) =>
    Array.from({ length: shown }, (_, scene) => all.subarray(scene * size, (scene + 1) * size)),
  );
  return imageGrid(tiles, { columns: shown, height: side, width: side });
}
