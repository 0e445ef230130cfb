// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { importBuilt } from "../../tools/example-run.mjs";
import { imageGrid } from "../../tools/image-grid.mjs";
import { drawNormal, seededDraws } from "../../tools/seeded-draws.mjs";
import { requirements } from "../../tools/system.mjs";

const latent = 20;
const side = 28;
const grid = { columns: 16, rows: 8 };

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: requirements.fashion.find,
  files: ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"],
  runs: [[]],
  seed: 5,
  figures: async ([training]) => {
    if (training === undefined) throw new Error("no training");
    await drawSamples(training.weights);
    return {
      nats: { value: training.test["nats"] ?? NaN, unit: "number" },
      seconds: { value: training.seconds, unit: "seconds" },
    };
  },
  goals: [{ figure: "nats", most: 245 }],
};

/** @param {string} weights */
async function drawSamples(weights) {
  const model = await (await importBuilt("examples/vae/vae.dl", weights)).load();
  const draw = seededDraws(5);
  const count = grid.columns * grid.rows;
  const z = Float32Array.from({ length: count * latent }, () => drawNormal(draw));
  const { data } = model.decode({ z }).image;
  const size = side * side;
  const images = Array.from({ length: count }, (_, at) => data.slice(at * size, (at + 1) * size));
  const png = imageGrid(images, { columns: grid.columns, height: side, width: side, factor: 2 });
  writeFileSync(join(import.meta.dirname, "samples.png"), png);
}
