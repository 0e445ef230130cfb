// @ts-check
import { preparedData } from "../../tools/data.mjs";
import { accuracyOf } from "../../tools/example-run.mjs";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("keywords"),
  files: ["train", "test"].flatMap((part) => [`${part}-clips.npy`, `${part}-words.npy`]),
  runs: [[]],
  seed: 1,
  figures: accuracyOf,
  goals: [{ figure: "accuracy", least: 0.95 }],
};
