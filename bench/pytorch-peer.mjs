// @ts-check
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What an order is answered with. @typedef {{ version: string; loss: number; ms: number }} Answer */

const script = join(dirname(fileURLToPath(import.meta.url)), "training_peer.py");

/**
 * PyTorch in a process of its own, on one thread; undefined where there is none, which is told.
 */
export async function startPyTorch() {
  const python = process.env["PYTHON"] ?? "python3";
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OMP_NUM_THREADS: "1" },
  });
  child.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  /** @returns {Promise<Answer | undefined>} */
  const answer = async () => {
    const { done, value } = await lines.next();
    return done === true ? undefined : JSON.parse(value);
  };
  /** @param {object} order @returns {Promise<Answer>} */
  const ask = async (order) => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const answered = await answer();
    if (answered === undefined) throw new Error("PyTorch's process has ended");
    return answered;
  };
  const hello = await answer();
  if (hello === undefined) {
    console.error("no Python with PyTorch is here: PYTHON=… names one");
    process.exitCode = 2;
    return undefined;
  }
  return {
    version: hello.version,
    /** @param {{ model: string; weights: string; batches: string; shape: readonly number[]; size: number; count: number }} what */
    load: (what) => ask({ do: "load", ...what }),
    /** The loss of one step on the next batch. @returns {Promise<number>} */
    step: async () => (await ask({ do: "step" })).loss,
    /** Milliseconds of one of so many steps. @param {number} steps @returns {Promise<number>} */
    time: async (steps) => (await ask({ do: "time", steps })).ms,
    stop: () => child.stdin.end(),
  };
}
