// @ts-check
import { accuracyOf } from "../../tools/example-run.mjs";
import { fashion } from "../../tools/fashion.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...fashion,
  runs: [[]],
  seed: 1,
  figures: accuracyOf,
  goals: [{ figure: "accuracy", least: 0.7 }],
};
