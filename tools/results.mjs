// @ts-check
// `npm run results [-- NAME…]`: trains examples on real data by the command that their READMEs give, and writes what came
// out into `examples/NAME/result.json`, from which the READMEs take their figures (`npm run figures`). What is trained, on
// what, and what is made of it says `examples/NAME/result.mjs`.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { contentHash } from "./content-hash.mjs";
import { removeTraining, trainOnce } from "./example-run.mjs";
import { writeResult } from "./figures.mjs";
import { usedDeclarations } from "./used-declarations.mjs";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** The names of the examples that have a result. */
export const exampleNames = readdirSync(join(repository, "examples")).filter((name) =>
  existsSync(join(repository, "examples", name, "result.mjs")),
);

/**
 * @param {string} name
 * @returns {Promise<import("./example-run.mjs").Example>}
 */
export async function readExample(name) {
  if (!exampleNames.includes(name))
    throw new Error(`there is no example ${name}; there are ${exampleNames.join(", ")}`);
  return (await import(pathToFileURL(join(repository, "examples", name, "result.mjs")).href)).default;
}

/** @param {string} name */
async function makeResult(name) {
  const example = await readExample(name);
  const folder = await example.data();
  if (folder === undefined)
    throw new Error(`the data of ${name} are missing: npm test installs them where it may`);
  const source = example.source ?? `examples/${name}/${name}.dl`;
  const trainings = example.runs.map((more) => {
    const training = trainOnce(source, folder, more);
    console.log(`${name} ${more.join(" ")}: ${JSON.stringify(training.test)}`);
    return training;
  });
  const figures = await example.figures(trainings, folder);
  for (const training of trainings) removeTraining(training);
  writeResult(`examples/${name}/result.json`, {
    command: `npm run results -- ${name}`,
    seed: example.seed,
    source: usedDeclarations(repository, source),
    data: Object.fromEntries(example.files.map((file) => [file, contentHash(folder, [file])])),
    figures,
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : exampleNames) await makeResult(name);
}
