// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparedData } from "../../tools/data.mjs";
import { importBuilt } from "../../tools/example-run.mjs";

const source = join(import.meta.dirname, "char-rnn.dl");

/** @type {import("../../tools/example-run.mjs").Example} */
export default {
  data: () => preparedData("bible"),
  files: ["train.txt", "valid.txt"],
  runs: [
    ["--seed", "1"],
    ["--seed", "1", "--set", "linear=true"],
  ],
  seed: 1,
  figures: async ([curved, linear]) => {
    await writeSample(curved?.weights ?? "");
    return {
      loss: { value: curved?.test["loss"] ?? NaN, unit: "nats" },
      "loss.linear": { value: linear?.test["loss"] ?? NaN, unit: "nats" },
      seconds: { value: curved?.seconds ?? NaN, unit: "seconds" },
    };
  },
  goals: [{ figure: "loss", most: 1.75 }],
};

/**
 * `sample.txt`: what the trained model goes on with, one character after another.
 * @param {string} weights
 */
export async function writeSample(weights) {
  const [, literal = '""'] = /^alphabet = (".*")$/m.exec(readFileSync(source, "utf8")) ?? [];
  /** @type {string} */
  const characters = JSON.parse(literal);
  const alphabet = [...characters];
  const { load } = await importBuilt("examples/char-rnn/char-rnn.dl", weights);
  const model = await load({ seed: 1 });
  let text = "And God said";
  let next = 0;
  for (const character of text) next = model.step({ id: [alphabet.indexOf(character)] }).next.data[0];
  while (text.length < 600) {
    text += alphabet[next] ?? "";
    next = model.step({ id: [next] }).next.data[0];
  }
  writeFileSync(join(import.meta.dirname, "sample.txt"), `${text}\n`);
}
