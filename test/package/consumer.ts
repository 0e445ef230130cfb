import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A project in a folder of its own that has the built LeNet module as a dependency, packed and installed by npm. */
export interface Consumer {
  readonly folder: string;
  /** The installed package. */
  readonly installed: string;
  /** Writes a file of the project; answers its path. */
  readonly write: (name: string, text: string) => string;
}

let consumer: Promise<Consumer> | undefined;

/** Built, packed and installed once for all suites of a run. */
export function lenetConsumer(): Promise<Consumer> {
  consumer ??= makeConsumer();
  return consumer;
}

async function makeConsumer(): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), "dlc-consumer-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const built = join(folder, "built");
  const example = join("examples", "lenet");
  await run(
    process.execPath,
    [
      join(repository, "dist", "dlc.js"),
      "build",
      join(example, "lenet.dl"),
      "--weights",
      join(example, "lenet.safetensors"),
      "-o",
      built,
    ],
    { cwd: repository },
  );
  const packed = await run("npm", ["pack", built, "--json", "--silent"], { cwd: folder });
  const [archive]: readonly { filename: string }[] = JSON.parse(packed.stdout);
  if (archive === undefined) throw new Error(`npm pack made nothing: ${packed.stdout}`);
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, archive.filename)], {
    cwd: project,
  });
  return {
    folder: project,
    installed: join(project, "node_modules", "lenet"),
    write: (name, text) => {
      const path = join(project, name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
  };
}

/** An image with all kinds of values, the same wherever it is made: source of a JavaScript function. */
export const makeImage = `(count) => Float32Array.from({ length: count * 1024 }, (_, i) => ((i * 37) % 101) / 101)`;

/** A page's main module: loads the model from `specifier`, and says in the title what it computed. */
export function pageMain(specifier: string): string {
  return `
    import { load } from ${JSON.stringify(specifier)};
    const makeImage = ${makeImage};
    load()
      .then((lenet) => Array.from(lenet.forward({ image: makeImage(3) }).logits.data))
      .then((logits) => { document.title = JSON.stringify({ logits }); })
      .catch((error) => { document.title = JSON.stringify({ error: String(error) }); });
  `;
}

/** What the installed module computes in Node, by a script in the consumer's own folder. */
export async function logitsInNode(specifier: string, at: Consumer): Promise<readonly number[]> {
  const script = at.write(
    "in-node.js",
    `import { load } from ${JSON.stringify(specifier)};
     const lenet = await load();
     console.log(JSON.stringify(Array.from(lenet.forward({ image: (${makeImage})(3) }).logits.data)));`,
  );
  const { stdout } = await run(process.execPath, [script], { cwd: at.folder });
  return JSON.parse(stdout);
}

/** The numbers of `{ logits: […] }`, as pages and workers answer; none where it is anything else. */
export function logitsIn(result: unknown): readonly number[] {
  const logits: unknown =
    typeof result === "object" && result !== null && "logits" in result && result.logits;
  return Array.isArray(logits) ? logits.map(Number) : [];
}
