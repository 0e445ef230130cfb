// @ts-check
import { preparedData } from "../../tools/data.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("movies"),
  files: ["movies.csv"],
  runs: [
    ["--folds", "5", "--seed", "7"],
    ["--folds", "5", "--seed", "7", "--set", "linear=true"],
  ],
  seed: 7,
  figures: ([network, line]) => {
    const [loss = NaN, linear = NaN] = [network?.test["loss"], line?.test["loss"]];
    return {
      loss: { value: loss, unit: "number" },
      "loss.linear": { value: linear, unit: "number" },
      ratio: { value: loss / linear, unit: "ratio" },
      seconds: { value: network?.seconds ?? NaN, unit: "seconds" },
    };
  },
  goals: [{ figure: "ratio", most: 0.92 }],
};
