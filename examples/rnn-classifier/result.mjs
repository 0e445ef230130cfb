// @ts-check
import { digits } from "../../tools/digits.mjs";
import { accuracyOf } from "../../tools/example-run.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...digits,
  runs: [["--seed", "1"]],
  seed: 1,
  figures: accuracyOf,
  goals: [{ figure: "accuracy", least: 0.93 }],
};
