// @ts-check
import { accuracyOf } from "../../tools/example-run.mjs";
import { requirements } from "../../tools/system.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: requirements.fashion.find,
  files: ["train", "t10k"].flatMap((part) => [
    `${part}-images-idx3-ubyte.gz`,
    `${part}-labels-idx1-ubyte.gz`,
  ]),
  runs: [[]],
  seed: 1,
  figures: accuracyOf,
  goals: [{ figure: "accuracy", least: 0.65 }],
};
