// @ts-check
// `node bench/training.mjs [ROUNDS]`: one training step (batch 64, one thread) of dlc's modules and of native PyTorch, by
// turns, after the losses of their first steps have been seen to agree. What is counted is the processor's time, so that
// waiting for others on the machine is not. PYTHON names a Python that has PyTorch.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTrainer, prepare } from "./build-models.mjs";
import { timeByTurns } from "./by-turns.mjs";
import { bytesOfBatches, drawBatches } from "./noise-batches.mjs";
import { startPyTorch } from "./pytorch-peer.mjs";
import { compareLosses, stepTrainer } from "./step-trainer.mjs";
import { writeTraining } from "./write-training.mjs";

const size = 64;
/** So many batches, one after the other. */
const count = 8;
/** Milliseconds of a turn. */
const turn = 4;

/** @type {readonly { name: string; title: string; image: readonly number[] }[]} */
const models = [
  { name: "lenet", title: "LeNet 32×32, momentum", image: [1, 32, 32] },
  { name: "keras-cnn", title: "Keras CNN 28×28, Adam", image: [1, 28, 28] },
  { name: "mlp", title: "MLP 784-128-10, Adam", image: [1, 28, 28] },
];

async function main() {
  const rounds = Number(process.argv[2] ?? 60);
  await prepare();
  const peer = await startPyTorch();
  if (peer === undefined) return;
  /** @type {Record<string, { value: number; unit: "ms" | "ratio" }>} */
  const figures = {};
  let variant = "";
  for (const { name, title, image } of models) {
    const folder = buildTrainer(name);
    const batches = drawBatches(image, size, count);
    const file = join(folder, "..", `${name}.bin`);
    writeFileSync(file, bytesOfBatches(batches));
    const own = await stepTrainer(
      folder,
      batches.map(({ numbers, label }) => ({ image: numbers, label })),
    );
    variant = own.variant;
    await peer.load({
      model: name,
      weights: join(folder, `${name}.safetensors`),
      batches: file,
      shape: image,
      size,
      count,
    });
    await compareLosses(name, 2 * count, own.step, peer.step);
    const times = await timeByTurns(
      [
        { name: "dlc", time: own.time },
        { name: "pytorch", time: peer.time },
      ],
      rounds,
      turn,
    );
    for (const [contender, { best, median }] of Object.entries(times)) {
      figures[`${name}.${contender}.best`] = { value: best, unit: "ms" };
      figures[`${name}.${contender}.median`] = { value: median, unit: "ms" };
    }
    const ratio = (/** @type {"best" | "median"} */ which) =>
      (times["pytorch"]?.[which] ?? NaN) / (times["dlc"]?.[which] ?? NaN);
    figures[`${name}.ratio`] = { value: ratio("best"), unit: "ratio" };
    figures[`${name}.medianRatio`] = { value: ratio("median"), unit: "ratio" };
    const columns = Object.entries(times).map(
      ([contender, { best, median }]) => `${contender} ${best.toFixed(2)} (${median.toFixed(2)})`,
    );
    console.log(
      `${title.padEnd(24)} ${columns.join("   ")}   ${ratio("best").toFixed(2)}× (${ratio("median").toFixed(2)}×)`,
    );
  }
  peer.stop();
  console.log(
    `\nms of the processor per step of ${size}, best (median) of ${rounds} turns; × is PyTorch's time by dlc's`,
  );
  writeTraining("training", { variant, pytorch: peer.version, figures });
}

await main();
