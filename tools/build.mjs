// @ts-check
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { contentHash } from "./content-hash.mjs";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that a byte of `dist/` may depend on. */
const inputs = [
  "cli",
  "compiler",
  "data",
  "grammar",
  "language-server",
  "package-lock.json",
  "package.json",
  "runtime",
  "stdlib",
  "tools/build-runtime.mjs",
  "tools/build.mjs",
  "training",
];

/** Packages that take half a second to load: they stay outside, and only the stage that needs one imports it. */
export const heavyPackages = ["binaryen", "ts-morph", "typescript"];

/**
 * True where `dist/` was built from the sources as they are now.
 * @param {string} [root]
 */
export function buildIsCurrent(root = repository) {
  const stamp = join(root, "dist", ".sources");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === contentHash(root, inputs);
}

/**
 * How esbuild makes the command line. Splitting keeps what a command imports dynamically in files of its own, so that
 * `dlc check` never loads binaryen. All files lie in one folder, so that `import.meta.url` means the same in each.
 * @param {string} root
 * @returns {import("esbuild").BuildOptions & { write: false; metafile: true }}
 */
export function commandLineOptions(root = repository) {
  return {
    entryPoints: { dlc: join(root, "cli", "main.ts"), "read-data": join(root, "cli", "read-data.ts") },
    absWorkingDir: root,
    outdir: join(root, "dist"),
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    external: heavyPackages,
    // CommonJS dependencies call `require` for Node's own modules, which an ES module doesn't have.
    banner: {
      js: 'import { createRequire as nodeRequire } from "node:module";\nconst require = nodeRequire(import.meta.url);',
    },
    write: false,
    metafile: true,
    legalComments: "none",
    logLevel: "silent",
  };
}

/**
 * Writes `dist/`: the command, the library's sources and the runtime's texts. All of it is made aside first, so that a
 * failed or interrupted build leaves the last one whole. Other things in `dist/`, such as modules that somebody built
 * there, stay.
 * @param {string} [root]
 */
export async function buildAll(root = repository) {
  const { build } = await import("esbuild");
  const { buildRuntime } = await import("./build-runtime.mjs");
  const hash = contentHash(root, inputs);
  const dist = join(root, "dist");
  const aside = join(dist, `.next-${process.pid}`);
  try {
    mkdirSync(join(aside, "runtime"), { recursive: true });
    const bundled = await build(commandLineOptions(root));
    for (const file of bundled.outputFiles) {
      const relative = file.path.slice(dist.length + 1);
      // esbuild keeps the entry's own `#!` line, but the source has none: Node runs the .ts files in tests only.
      writeFileSync(
        join(aside, relative),
        relative === "dlc.js" ? `#!/usr/bin/env node\n${file.text}` : file.text,
        {
          mode: relative === "dlc.js" ? 0o755 : 0o644,
        },
      );
    }
    for (const [name, text] of Object.entries(await buildRuntime(root)))
      writeFileSync(join(aside, "runtime", `${name}.js`), text);
    if (existsSync(join(root, "stdlib")))
      cpSync(join(root, "stdlib"), join(aside, "stdlib"), {
        recursive: true,
        filter: (path) => !/\.[^./]+$/.test(path) || path.endsWith(".dl"),
      });
    writeFileSync(join(aside, ".sources"), hash);
    replaceWith(dist, aside);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * @param {string} dist
 * @param {string} aside
 */
function replaceWith(dist, aside) {
  const made = readdirSync(aside);
  for (const name of readdirSync(dist))
    if (/\.js$/.test(name) && !made.includes(name)) rmSync(join(dist, name), { force: true });
  // The stamp goes last: an interrupted exchange is then seen as out of date and done again.
  rmSync(join(dist, ".sources"), { force: true });
  for (const name of made.sort((a, b) => Number(a === ".sources") - Number(b === ".sources"))) {
    const target = join(dist, name);
    if (!name.endsWith(".js")) rmSync(target, { recursive: true, force: true });
    renameSync(join(aside, name), target);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await buildAll();
