import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { line } from "../../.dependency-cruiser.mjs";
import { cruiseImports } from "./cruise.ts";
import { readRepositoryFile, repository, repositoryFiles } from "./repository-files.ts";

describe("the imports of this repository", () => {
  it("follow the line of rooms, without cycles", async () => {
    const { modules, violations } = await cruiseImports(repository);
    expect(violations).toEqual([]);
    // A checker that reads nothing passes everything.
    expect(modules.length).toBeGreaterThan(20);
    expect(modules).toEqual(
      expect.arrayContaining([
        "cli/main.ts",
        "compiler/diagnostics/diagnostic.ts",
        "compiler/graph/graph.ts",
        "grammar/ast.ts",
        "tools/build.mjs",
        "test/structure/imports.test.ts",
      ]),
    );
  });

  it("come from rooms that all have a place in the line", () => {
    const placed = line.flat();
    for (const entry of readdirSync(join(repository, "compiler")))
      expect(placed).toContain(`compiler/${entry}`);
  });
});

describe("docs/architecture.md", () => {
  it("has a section for every room that has files", () => {
    const page = readRepositoryFile("docs/architecture.md");
    const rooms = line.flat().filter((room) => !room.endsWith(".ts"));
    const built = rooms.filter((room) => repositoryFiles().some((path) => path.startsWith(`${room}/`)));
    expect(built.filter((room) => !page.includes(`### [${room}/](../${room}/)`))).toEqual([]);
    expect(built.length).toBeGreaterThan(4);
  });
});

describe("the check of imports", () => {
  let root: string | undefined;
  afterEach(() => {
    if (root !== undefined) rmSync(root, { recursive: true });
    root = undefined;
  });

  /** What the check says of a repository that consists of these files. */
  async function violationsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    root = mkdtempSync(join(tmpdir(), "dlc-imports-"));
    for (const [path, text] of Object.entries({ "package.json": '{"type":"module"}', ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { modules, violations } = await cruiseImports(root);
    const written = Object.keys(files).filter(
      (path) => path.endsWith(".ts") && !path.startsWith("node_modules/"),
    );
    expect(modules).toEqual(expect.arrayContaining(written));
    return violations;
  }

  it("passes imports to the left", async () => {
    expect(
      await violationsOf({
        "compiler/graph/a.ts": `import { b } from "../scalar/b.ts"; export const a = b;`,
        "compiler/scalar/b.ts": "export const b = 1;",
        "grammar/lexer.ts": `import { Lexer } from "chevrotain"; export const lexer = Lexer;`,
        "node_modules/chevrotain/package.json": JSON.stringify({
          name: "chevrotain",
          version: "11.2.0",
          type: "module",
          exports: { ".": { types: "./chevrotain.d.ts", import: "./lib/api.js" } },
        }),
        "node_modules/chevrotain/lib/api.js": "export const Lexer = 1;",
        "cli/main.ts": `import { readFileSync } from "node:fs"; import { a } from "../compiler/graph/a.ts"; readFileSync(String(a));`,
      }),
    ).toEqual([]);
  });

  it("sees a cycle, also one of types alone", async () => {
    const found = await violationsOf({
      "compiler/graph/a.ts": `import type { B } from "./b.ts"; export interface A { b: B }`,
      "compiler/graph/b.ts": `import type { A } from "./a.ts"; export interface B { a: A }`,
    });
    expect(found).toHaveLength(1);
    expect(found.join()).toContain(
      "no-cycles: compiler/graph/a.ts → compiler/graph/b.ts → compiler/graph/a.ts",
    );
  });

  const rightward: readonly [title: string, from: string, text: string, rule: string][] = [
    [
      "an import to the right",
      "compiler/scalar/a.ts",
      `import { g } from "../graph/graph.ts"; export const a = g;`,
      "imports-of-compiler/scalar",
    ],
    [
      "a type imported from the right",
      "compiler/scalar/a.ts",
      `import type { G } from "../graph/graph.ts"; export type A = G;`,
      "imports-of-compiler/scalar",
    ],
    [
      "a re-export from the right",
      "grammar/a.ts",
      `export * from "../compiler/graph/graph.ts";`,
      "imports-of-grammar",
    ],
    [
      "a dynamic import to the right",
      "compiler/check/a.ts",
      `export const a = async () => import("../plan/plan.ts");`,
      "imports-of-compiler/check",
    ],
    [
      "an import between rooms of one step",
      "compiler/wasm/a.ts",
      `import { w } from "../wgsl/w.ts"; export const a = w;`,
      "imports-of-compiler/wasm",
    ],
    [
      "a room that imports the command line",
      "compiler/package/a.ts",
      `import { m } from "../../cli/m.ts"; export const a = m;`,
      "imports-of-compiler/package",
    ],
    [
      "a runtime that imports anything",
      "runtime/a.ts",
      `import { g } from "../compiler/graph/graph.ts"; export const a = g;`,
      "imports-of-runtime",
    ],
    [
      "a trainer that imports the compiler",
      "training/a.ts",
      `import { g } from "../compiler/graph/graph.ts"; export const a = g;`,
      "imports-of-training",
    ],
    [
      "files touched outside the edges",
      "compiler/check/a.ts",
      `import { readFileSync } from "node:fs"; export const a = readFileSync;`,
      "only-edges-touch-node",
    ],
    [
      "binaryen outside its room",
      "compiler/plan/a.ts",
      `import binaryen from "binaryen"; export const a = binaryen;`,
      "only-importer-of-binaryen",
    ],
    [
      "ts-morph outside its room",
      "compiler/wasm/a.ts",
      `import { Project } from "ts-morph"; export const a = Project;`,
      "only-importer-of-ts-morph",
    ],
    [
      "a package that no room may import",
      "compiler/graph/a.ts",
      `import { Command } from "commander"; export const a = Command;`,
      "no-other-packages",
    ],
  ];

  it.each(rightward)("sees %s", async (_title, from, text, rule) => {
    const found = await violationsOf({
      "compiler/graph/graph.ts": "export const g = 1; export type G = number;",
      "compiler/plan/plan.ts": "export const p = 1;",
      "compiler/wgsl/w.ts": "export const w = 1;",
      "cli/m.ts": "export const m = 1;",
      ...["binaryen", "ts-morph", "commander"].reduce(
        (all, name) => ({
          ...all,
          [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
          [`node_modules/${name}/index.js`]: "module.exports = {};",
        }),
        {},
      ),
      [from]: text,
    });
    expect(found.map((violation) => violation.split(": ")[0])).toContain(rule);
  });
});
