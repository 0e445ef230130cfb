// @ts-check
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * The code that ships inside generated modules: each `runtime/entry-NAME.ts` as one minified ES module without
 * imports, keyed by NAME. The compiler embeds these texts; the build writes them to `dist/runtime/NAME.js`.
 * @param {string} root the repository
 * @returns {Promise<Record<string, string>>}
 */
export async function buildRuntime(root) {
  const folder = join(root, "runtime");
  const entries = readdirSync(folder).filter((name) => /^entry-.*\.ts$/.test(name));
  /** @type {Record<string, string>} */
  const texts = {};
  for (const entry of entries.sort()) {
    const result = await build({
      entryPoints: [join(folder, entry)],
      absWorkingDir: root,
      bundle: true,
      format: "esm",
      platform: "neutral",
      target: "es2022",
      minify: true,
      lineLimit: 120,
      write: false,
      metafile: true,
      legalComments: "none",
      logLevel: "silent",
    });
    const foreign = Object.keys(result.metafile.inputs).filter((path) => !path.startsWith("runtime/"));
    const left = Object.values(result.metafile.outputs).flatMap((output) => output.imports);
    if (foreign.length > 0 || left.length > 0)
      throw new Error(
        `runtime/${entry} imports ${[...foreign, ...left.map((i) => i.path)].join(", ")}; it may import nothing`,
      );
    const text = result.outputFiles[0]?.text ?? "";
    texts[entry.slice("entry-".length, -".ts".length)] = text;
  }
  return texts;
}
