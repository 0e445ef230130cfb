// @ts-check
import { preparedData } from "../../tools/data.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("word-chapters"),
  files: ["counts.csv"],
  runs: [
    ["--seed", "1"],
    ["--seed", "1", "--set", "linear=true"],
  ],
  seed: 1,
  figures: ([factors, linear]) => {
    const [deviance = NaN, without = NaN] = [factors?.test["deviance"], linear?.test["deviance"]];
    return {
      deviance: { value: deviance, unit: "number" },
      "deviance.linear": { value: without, unit: "number" },
      ratio: { value: deviance / without, unit: "ratio" },
      seconds: { value: factors?.seconds ?? NaN, unit: "seconds" },
    };
  },
  goals: [{ figure: "ratio", most: 0.9 }],
};
