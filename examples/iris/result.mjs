// @ts-check
import { accuracyOf } from "../../tools/example-run.mjs";
import { requirements } from "../../tools/system.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: requirements.tables.find,
  files: ["iris.csv"],
  runs: [["--folds", "5", "--seed", "7"]],
  seed: 7,
  figures: accuracyOf,
  goals: [{ figure: "accuracy", least: 0.95 }],
};
