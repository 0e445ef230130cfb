import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { describe, expect, it } from "vitest";
import { commandLineOptions, heavyPackages } from "../../tools/build.mjs";
import { readRepositoryFile, repository } from "./repository-files.ts";

/** The packages outside the bundle that are loaded before the first line of `entry` runs. */
function loadedAtStart({ outputs }: Metafile, entry: string): readonly string[] {
  const seen = new Set<string>();
  const external = new Set<string>();
  function visit(path: string): void {
    if (seen.has(path)) return;
    seen.add(path);
    for (const imported of outputs[path]?.imports ?? []) {
      if (imported.kind !== "import-statement" && imported.kind !== "require-call") continue;
      if (imported.external === true) external.add(imported.path);
      else visit(imported.path);
    }
  }
  visit(entry);
  return [...external].filter((path) => !path.startsWith("node:"));
}

describe("the start of the command", () => {
  it("loads none of the packages that take half a second", async () => {
    const { metafile } = await build(commandLineOptions());
    expect(Object.keys(metafile.outputs)).toContain("dist/dlc.js");
    expect(loadedAtStart(metafile, "dist/dlc.js")).toEqual([]);
  });

  it.each(["check", "explain", "format", "new"])(
    "loads none of them for what cli/%s.ts does",
    async (name) => {
      const { metafile } = await build(commandLineOptions());
      const found = Object.entries(metafile.outputs).filter(
        ([, made]) => made.entryPoint === `cli/${name}.ts`,
      );
      expect(found).toHaveLength(1);
      for (const [path] of found) expect(loadedAtStart(metafile, path)).toEqual([]);
    },
  );

  it("is seen to load one where it does", async () => {
    const { entryPoints: _main, ...options } = commandLineOptions();
    for (const name of heavyPackages) {
      const { metafile } = await build({
        ...options,
        stdin: {
          contents: `import { x } from "./near.ts"; console.log(x);`,
          resolveDir: repository,
        },
        plugins: [
          {
            name: "planted",
            setup(planted) {
              planted.onResolve({ filter: /near\.ts$/ }, ({ path }) => ({ path, namespace: "planted" }));
              planted.onLoad({ filter: /.*/, namespace: "planted" }, () => ({
                contents: `import * as x from "${name}"; export { x };`,
              }));
            },
          },
        ],
      });
      expect(loadedAtStart(metafile, "dist/stdin.js")).toEqual([name]);
    }
  });

  it("answers --version with the package's own", () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(repository, "dist/dlc.js"), "--version"],
      {
        encoding: "utf8",
      },
    );
    const { version } = JSON.parse(readRepositoryFile("package.json")) as { version: string };
    expect({ stdout, stderr, status }).toEqual({ stdout: `${version}\n`, stderr: "", status: 0 });
  });
});
