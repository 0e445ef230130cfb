// @ts-check
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Losses may differ by this share. */
const tolerance = 1e-4;

/**
 * The trainer of a module in a folder, a step at a time, on batches one after the other.
 * @param {string} folder
 * @param {readonly Record<string, Float32Array | Int32Array>[]} batches
 */
export async function stepTrainer(folder, batches) {
  const { load } = await import(pathToFileURL(join(folder, "index.js")).href);
  const { trainer, info } = await load();
  let steps = 0;
  /** @returns {number} */
  const step = () => {
    const batch = batches[steps % batches.length];
    steps += 1;
    return trainer.step(batch).loss;
  };
  /** Milliseconds of the processor for one of so many steps. @param {number} count */
  const time = (count) => {
    const start = process.cpuUsage();
    for (let place = 0; place < count; place++) step();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / count;
  };
  return { variant: /** @type {string} */ (info.variant), step, time };
}

/**
 * Throws where the losses of the first steps of two trainers are not the same.
 * @param {string} name
 * @param {number} steps
 * @param {() => number} own
 * @param {() => Promise<number>} peer
 */
export async function compareLosses(name, steps, own, peer) {
  for (let place = 0; place < steps; place++) {
    const [loss, right] = [own(), await peer()];
    if (!(Math.abs(loss - right) / right < tolerance))
      throw new Error(`step ${place + 1} of ${name} has a loss of ${loss} instead of ${right}`);
  }
}
