import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildRuntime } from "../../tools/build-runtime.mjs";

describe("the build of the runtime", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dlc-runtime-"));
    mkdirSync(join(root, "runtime"));
    writeFileSync(join(root, "foreign.ts"), "export const one = 1;");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("makes one module without imports of each entry, and runs", async () => {
    writeFileSync(
      join(root, "runtime/double.ts"),
      "export function double(x: number): number { return 2 * x; }",
    );
    writeFileSync(
      join(root, "runtime/entry-node.ts"),
      `import { double } from "./double.ts"; export const four: number = double(2); export const at = new URL("./x.wasm", import.meta.url);`,
    );
    const texts = await buildRuntime(root);
    expect(Object.keys(texts)).toEqual(["node"]);
    // Bundlers find the file by this very expression.
    expect(texts["node"]).toContain(`new URL("./x.wasm",import.meta.url)`);
    expect(texts["node"]).not.toMatch(/\bimport\b(?!\.meta)/);
    writeFileSync(join(root, "node.mjs"), texts["node"] ?? "");
    expect((await import(join(root, "node.mjs"))).four).toBe(4);
  });

  it.each([
    ["from outside its folder", `export { one } from "../foreign.ts";`],
    ["from Node", `import { readFileSync } from "node:fs"; export const f = readFileSync;`],
    ["from Node, late", `export const f = () => import("node:fs");`],
  ])("refuses what it imports %s", async (_title, text) => {
    writeFileSync(join(root, "runtime/entry-node.ts"), text);
    await expect(buildRuntime(root)).rejects.toThrow(/entry-node\.ts|node:fs/);
  });
});
