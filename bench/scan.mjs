// @ts-check
// `node bench/scan.mjs [ROUNDS]`: one training step of recurrent networks (batch 32, 32 inputs, 128 hidden values, Adam, one
// thread) over sequences of 64, 256 and 1024 turns: how the time of a turn grows with their number, and native PyTorch
// beside it, by turns, after the losses of their first steps have been seen to agree. What is counted is the processor's
// time. PYTHON names a Python that has PyTorch.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTrainer, prepare } from "./build-models.mjs";
import { timeByTurns } from "./by-turns.mjs";
import { bytesOfBatches, drawBatches } from "./noise-batches.mjs";
import { startPyTorch } from "./pytorch-peer.mjs";
import { compareLosses, stepTrainer } from "./step-trainer.mjs";
import { writeTraining } from "./write-training.mjs";

const models = ["rnn", "lstm"];
const lengths = [64, 256, 1024];
const inputs = 32;
const size = 32;
/** So many batches, one after the other. */
const count = 4;
/** A turn is one step. */
const turn = 1;

async function main() {
  const rounds = Number(process.argv[2] ?? 40);
  await prepare();
  const peer = await startPyTorch();
  if (peer === undefined) return;
  /** @type {Record<string, { value: number; unit: "ms" | "us" | "ratio" }>} */
  const figures = {};
  let variant = "";
  for (const name of models) {
    const folder = buildTrainer(name);
    let shortest = NaN;
    for (const length of lengths) {
      const shape = [length, inputs];
      const batches = drawBatches(shape, size, count);
      const file = join(folder, "..", `${name}.bin`);
      writeFileSync(file, bytesOfBatches(batches));
      const own = await stepTrainer(
        folder,
        batches.map(({ numbers, label }) => ({ x: numbers, label })),
      );
      variant = own.variant;
      await peer.load({
        model: name,
        weights: join(folder, `${name}.safetensors`),
        batches: file,
        shape,
        size,
        count,
      });
      await compareLosses(`${name} over ${length} turns`, 2 * count, own.step, peer.step);
      const contenders = [
        { name: "dlc", time: own.time },
        { name: "pytorch", time: peer.time },
      ];
      const times = await timeByTurns(contenders, Math.max(5, Math.round((rounds * 64) / length)), turn);
      for (const [contender, { best, median }] of Object.entries(times)) {
        figures[`${name}.${length}.${contender}.best`] = { value: best, unit: "ms" };
        figures[`${name}.${length}.${contender}.median`] = { value: median, unit: "ms" };
      }
      const [dlc = NaN, pytorch = NaN] = ["dlc", "pytorch"].map((each) => times[each]?.best);
      const ofTurn = dlc / length;
      if (length === lengths[0]) shortest = ofTurn;
      figures[`${name}.${length}.ratio`] = { value: pytorch / dlc, unit: "ratio" };
      figures[`${name}.${length}.turn`] = { value: 1000 * ofTurn, unit: "us" };
      figures[`${name}.${length}.growth`] = { value: ofTurn / shortest, unit: "ratio" };
      console.log(
        `${name.padEnd(5)} ${String(length).padStart(5)} turns   dlc ${dlc.toFixed(2)} ms   pytorch ${pytorch.toFixed(2)} ms   ` +
          `${(pytorch / dlc).toFixed(2)}×   ${(1000 * ofTurn).toFixed(1)} µs a turn, ${(ofTurn / shortest).toFixed(2)}× of that at ${lengths[0]}`,
      );
    }
  }
  peer.stop();
  console.log(`\nms of the processor per step of ${size}, best of many; × is PyTorch's time by dlc's`);
  writeTraining("scan", { variant, pytorch: peer.version, figures });
}

await main();
