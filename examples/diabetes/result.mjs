// @ts-check
import { join } from "node:path";
import { leastSquaresLoss } from "../../tools/least-squares.mjs";
import { requirements } from "../../tools/system.mjs";

const table = "diabetes_data_raw.csv.gz";
const target = "diabetes_target.csv.gz";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: requirements.tables.find,
  files: [table, target],
  runs: [["--folds", "5", "--seed", "7"]],
  seed: 7,
  figures: async ([training], folder) => {
    const line = await leastSquaresLoss(join(folder, table), join(folder, target), { folds: 5, seed: 7 });
    const loss = training?.test["loss"] ?? NaN;
    return {
      loss: { value: loss, unit: "number" },
      leastSquares: { value: line, unit: "number" },
      ratio: { value: loss / line, unit: "ratio" },
      seconds: { value: training?.seconds ?? NaN, unit: "seconds" },
    };
  },
  goals: [{ figure: "ratio", most: 1.05 }],
};
