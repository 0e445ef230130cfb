// @ts-check
import { digits } from "../../tools/digits.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...digits,
  runs: [1, 2, 3, 4, 5].map((seed) => ["--seed", `${seed}`]),
  seed: 1,
  figures: (trainings) => {
    const sorted = trainings.map(({ test }) => test["accuracy"] ?? NaN).toSorted((a, b) => a - b);
    const seconds = trainings.reduce((sum, training) => sum + training.seconds, 0);
    return {
      "accuracy.median": { value: sorted[2] ?? NaN, unit: "share" },
      "accuracy.lowest": { value: sorted[0] ?? NaN, unit: "share" },
      "accuracy.highest": { value: sorted[4] ?? NaN, unit: "share" },
      seconds: { value: seconds / trainings.length, unit: "seconds" },
    };
  },
  goals: [{ figure: "accuracy.median", least: 0.97 }],
};
