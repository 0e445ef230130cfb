import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codes, explain, isCode, renderAll } from "../../compiler/diagnostics/index.ts";
import { expectDiagnostics } from "./annotate.ts";
import type { Run } from "./annotate.ts";
import { elsewhere, runs } from "./errors/index.ts";

const folder = join(import.meta.dirname, "errors");
const root = join(import.meta.dirname, "..", "..");

function exampleOf(code: string): string | undefined {
  return [`${code}.dl`, join(code, "main.dl")].find((path) => existsSync(join(folder, path)));
}

function runOf(code: string): Run {
  const run = runs[code.charAt(3)];
  if (!run) throw new Error(`test/language/errors/index.ts says nothing of how to run ${code}`);
  return run;
}

function readBeside(path: string): (other: string) => string | undefined {
  return (other) => {
    const full = join(folder, path, "..", other);
    return existsSync(full) ? readFileSync(full, "utf8") : undefined;
  };
}

describe.each(Object.keys(codes))("%s", (code) => {
  const path = exampleOf(code);

  if (path !== undefined) {
    it("has an example that fails as marked, and reads well", async () => {
      const annotated = readFileSync(join(folder, path), "utf8");
      const diagnostics = expectDiagnostics(annotated, runOf(code), path, readBeside(path));
      expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
      const text = `${renderAll(diagnostics, { colour: false })}\n`;
      await expect(text).toMatchFileSnapshot(join(folder, `${code}.txt`));
    });
  } else {
    it("has a test that names it", () => {
      const test = elsewhere[code];
      expect(test, `no errors/${code}.dl, and no test in errors/index.ts`).toBeDefined();
      expect(readFileSync(join(root, test ?? ""), "utf8")).toContain(`"${code}"`);
    });
  }

  const blocks = [...(explain(code) ?? "").matchAll(/```dl\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

  if (blocks.length === 0 || runs[code.charAt(3)] === undefined) return;
  it("has a page whose example fails and whose repair does not", () => {
    const codesOf = (text: string): string[] =>
      runOf(code)({ path: "page.dl", text }, () => undefined).map((diagnostic) => diagnostic.code);
    const repair = blocks.at(-1) ?? "";
    if (blocks.length > 1) expect(codesOf(blocks[0] ?? "")).toContain(code);
    expect(codesOf(repair)).not.toContain(code);
    if (code.startsWith("DLC1")) expect(codesOf(repair)).toEqual([]);
  });
});

describe("the folder of examples", () => {
  it("holds no example of a code that does not exist", () => {
    const names = readdirSync(folder).filter((name) => name.startsWith("DLC"));
    expect(names.map((name) => name.slice(0, 7)).filter((code) => !isCode(code))).toEqual([]);
  });

  it("lists no code that has an example, and none that does not exist", () => {
    expect(Object.keys(elsewhere).filter((code) => exampleOf(code) !== undefined || !isCode(code))).toEqual(
      [],
    );
  });
});
