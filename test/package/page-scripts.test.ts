import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { dlc, repository, temporaryFolder } from "../cli/run-dlc.ts";
import { blocksOf } from "../language/blocks.ts";
import { readRepositoryFile, repositoryFiles } from "../structure/repository-files.ts";

interface Script {
  /** A file, named for the page and the line on which it begins. */
  readonly name: string;
  readonly text: string;
}

/** The blocks of TypeScript of a page; one that is `continued` is one script with those before it. */
function scriptsOf(page: string): readonly Script[] {
  const scripts: Script[] = [];
  for (const { line, info, text } of blocksOf(readRepositoryFile(page))) {
    const last = scripts.at(-1);
    const name = `${page.replace(/\W+/g, "-")}-${line}.ts`;
    if (info === "ts") scripts.push({ name, text });
    else if (info === "ts continued" && last !== undefined) {
      scripts.splice(-1, 1, { ...last, text: `${last.text}\n${text}` });
    }
  }
  return scripts;
}

/** What the modules that scripts take are built with, besides their examples. */
function optionsOf(name: string): readonly string[] {
  if (name === "char-rnn") return ["--train", "--seed", "1"];
  const weights = join(repository, "examples", name, `${name}.safetensors`);
  return existsSync(weights) ? ["--weights", weights] : ["--seed", "1"];
}

describe("the scripts of pages", () => {
  const folder = temporaryFolder();
  const pages = repositoryFiles().filter((path) => /^(docs|examples\/[\w-]+)\/[\w-]+\.md$/.test(path));
  const scripts = pages.flatMap(scriptsOf);
  const needPage = /\b(OffscreenCanvas|Worker|self)\b/;
  const elsewhere = scripts.filter(({ text }) => !needPage.test(text));

  beforeAll(async () => {
    const taken = new Set(scripts.flatMap(({ text }) => /from "([\w-]+)"/.exec(text)?.[1] ?? []));
    for (const name of taken) {
      const source = join(repository, "examples", name, `${name}.dl`);
      const made = await dlc(folder, ["build", source, ...optionsOf(name), "-o", `node_modules/${name}`]);
      expect(made).toMatchObject({ status: 0 });
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const { name, text } of scripts) writeFileSync(join(folder, name), `${text}export {};\n`);
  });

  it("are those of the page on modules and of examples", () => {
    const names = scripts.map(({ name }) => name.replace(/-\d+\.ts$/, ""));
    expect(names).toEqual(
      expect.arrayContaining(["docs-javascript-md", "examples-gpt-README-md", "examples-seq2seq-README-md"]),
    );
    expect(elsewhere.length).toBeGreaterThan(5);
  });

  it("have right types", () => {
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

  it.each(elsewhere)("run where they need no page: $name", async ({ name, text }) => {
    const file = join(folder, name.replace(/ts$/, "js"));
    const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    writeFileSync(file, ts.transpile(text, options));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
    expect(stderr).toBe("");
    expect(stdout).not.toMatch(/NaN|undefined/);
  });
});
