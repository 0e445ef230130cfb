// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { importBuilt } from "../../tools/example-run.mjs";
import { readIdxImages } from "../../tools/idx-images.mjs";
import { imageGrid } from "../../tools/image-grid.mjs";
import { principalComponents, rebuildRow } from "../../tools/principal-components.mjs";
import { requirements } from "../../tools/system.mjs";

const files = ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"];
const size = 28 * 28;
const latent = 16;
const shown = 12;

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: requirements.fashion.find,
  files,
  runs: [[]],
  seed: 1,
  figures: async ([training], folder) => {
    const [known, unseen] = files.map((file) => readIdxImages(join(folder, file)));
    if (training === undefined || known === undefined || unseen === undefined) throw new Error("no images");
    const components = principalComponents(known.pixels, size, { count: latent });
    let squares = 0;
    for (let start = 0; start < unseen.pixels.length; start += size) {
      const rebuilt = rebuildRow(unseen.pixels.subarray(start, start + size), components);
      rebuilt.forEach((value, at) => (squares += (value - (unseen.pixels[start + at] ?? NaN)) ** 2));
    }
    await drawRebuilt(training.weights, unseen.pixels, components);
    const error = training.test["error"] ?? NaN;
    const linear = squares / unseen.count;
    return {
      error: { value: error, unit: "number" },
      principalComponents: { value: linear, unit: "number" },
      ratio: { value: error / linear, unit: "ratio" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [{ figure: "ratio", most: 0.75 }],
};

/**
 * The first test images, below them what the model makes of them, and below that what their components do.
 * @param {string} weights
 * @param {Float32Array} pixels
 * @param {import("../../tools/principal-components.mjs").Components} components
 */
async function drawRebuilt(weights, pixels, components) {
  const model = await (await importBuilt("examples/autoencoder/autoencoder.dl", weights)).load();
  const originals = pixels.slice(0, shown * size);
  const { data } = model.forward({ image: originals }).rebuilt;
  const row = (/** @type {Float32Array} */ images) =>
    Array.from({ length: shown }, (_, at) => images.slice(at * size, (at + 1) * size));
  const images = [
    ...row(originals),
    ...row(data),
    ...row(originals).map((image) => rebuildRow(image, components)),
  ];
  const grid = imageGrid(images, { columns: shown, height: 28, width: 28, factor: 2 });
  writeFileSync(join(import.meta.dirname, "rebuilt.png"), grid);
}
