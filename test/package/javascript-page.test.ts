import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { dlc, repository, temporaryFolder } from "../cli/run-dlc.ts";
import { blocksOf } from "../language/blocks.ts";
import { readRepositoryFile } from "../structure/repository-files.ts";

interface Script {
  /** The file, named for the line of the page on which it begins. */
  readonly name: string;
  readonly text: string;
}

/** The blocks of TypeScript in docs/javascript.md; one that is `continued` is one script with those before it. */
function scriptsOf(page: string): readonly Script[] {
  const scripts: Script[] = [];
  for (const { line, info, text } of blocksOf(page)) {
    const last = scripts.at(-1);
    if (info === "ts") scripts.push({ name: `line-${line}.ts`, text });
    else if (info === "ts continued" && last !== undefined) {
      scripts.splice(-1, 1, { ...last, text: `${last.text}\n${text}` });
    }
  }
  return scripts;
}

describe("the scripts of docs/javascript.md", () => {
  const folder = temporaryFolder();
  const scripts = scriptsOf(readRepositoryFile("docs/javascript.md"));
  const ofPages = /\b(OffscreenCanvas|Worker|self)\b/;
  const elsewhere = scripts.filter(({ text }) => !ofPages.test(text));

  beforeAll(async () => {
    const build = (name: string, ...more: readonly string[]): Promise<unknown> =>
      dlc(folder, [
        "build",
        join(repository, "examples", name, `${name}.dl`),
        ...more,
        "-o",
        `node_modules/${name}`,
      ]);
    await build("lenet", "--weights", join(repository, "examples", "lenet", "lenet.safetensors"));
    await build("char-rnn", "--train", "--seed", "1");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const { name, text } of scripts) writeFileSync(join(folder, name), `${text}export {};\n`);
  });

  it("have right types", () => {
    expect(scripts).toHaveLength(6);
    const program = ts.createProgram(
      scripts.map(({ name }) => join(folder, name)),
      {
        strict: true,
        noEmit: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
        types: [],
      },
    );
    const wrong = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
    expect(wrong).toEqual([]);
  });

  it("run, where they need no page", () => {
    expect(elsewhere).toHaveLength(3);
    for (const { name, text } of elsewhere) {
      const file = join(folder, name.replace(/ts$/, "js"));
      writeFileSync(
        file,
        ts.transpile(text, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }),
      );
      const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
      expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: "" });
      expect(stdout).not.toMatch(/NaN|undefined/);
    }
  });
});
