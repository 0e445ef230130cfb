// @ts-check
import { digits } from "../../tools/digits.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...digits,
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
