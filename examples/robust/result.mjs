// @ts-check
import { digits } from "../../tools/digits.mjs";
import { evaluated } from "../../tools/example-run.mjs";

const weights = "examples/lenet/lenet.safetensors";

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  ...digits,
  runs: [["--weights", weights]],
  seed: 1,
  figures: ([training], folder) => {
    const before = evaluated("examples/robust/robust.dl", folder, weights);
    const shares = ["accuracy", "fgsm", "pgd"].flatMap((name) => [
      /** @type {const} */ ([`before.${name}`, { value: before[name] ?? NaN, unit: "share" }]),
      /** @type {const} */ ([`after.${name}`, { value: training?.test[name] ?? NaN, unit: "share" }]),
    ]);
    return { ...Object.fromEntries(shares), seconds: { value: training?.seconds ?? NaN, unit: "seconds" } };
  },
  goals: [
    { figure: "before.accuracy", least: 0.97 },
    { figure: "before.pgd", most: 0.6 },
    { figure: "after.accuracy", least: 0.95 },
    { figure: "after.pgd", least: 0.85 },
  ],
};
