// @ts-check
import { cpus } from "node:os";
import { writeResult } from "../tools/figures.mjs";
import { measuredSources, seed } from "./build-models.mjs";

/**
 * What every bench of training steps says last, on what it ran, and its result file `NAME-nodeM.json`.
 * @param {"scan" | "training"} name
 * @param {{ variant: string; pytorch: string; figures: Parameters<typeof writeResult>[1]["figures"] }} run
 */
export function writeTraining(name, { variant, pytorch, figures }) {
  console.log(
    `Node ${process.versions.node}, dlc's ${variant} code, PyTorch ${pytorch}, ${cpus()[0]?.model}`,
  );
  const [major = ""] = process.versions.node.split(".");
  writeResult(`bench/results/${name}-node${major}.json`, {
    command: `npx -y node@${major} bench/${name}.mjs`,
    seed,
    source: [...measuredSources, "bench/training", "bench/training_peer.py"],
    versions: { pytorch },
    figures,
  });
}
