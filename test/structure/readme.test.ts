import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRepositoryFile, repository } from "./repository-files.ts";

/** The code blocks of the README in one language. */
function blocks(language: string): readonly string[] {
  const fences = readRepositoryFile("README.md").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...fences].filter((fence) => fence[1] === language).map((fence) => fence[2] ?? "");
}

function node(cwd: string, ...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

const dlc = join(repository, "dist/dlc.js");

describe("the code of the README", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dlc-readme-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const wholes = blocks("dl").filter((source) => !source.startsWith("train "));
  it.each(wholes.map((source, index) => ({ source, name: `block-${index + 1}.dl` })))(
    "$name passes dlc check",
    ({ source, name }) => {
      writeFileSync(join(folder, name), source);
      expect(node(folder, dlc, "check", name)).toMatchObject({ status: 0 });
    },
  );

  it("shows the language, the module and its trainer", () => {
    expect(wholes).toHaveLength(2);
    expect(blocks("ts")).toHaveLength(2);
  });

  it("trains as the example does, whose model it shows", () => {
    const example = readRepositoryFile("examples/lenet/lenet.dl");
    const trained = blocks("dl").filter((source) => !wholes.includes(source));
    expect(trained).toHaveLength(1);
    const model = wholes[0]?.slice(wholes[0].indexOf("///")) ?? "";
    for (const shown of [...trained, model]) expect(example).toContain(shown);
  });

  it("takes a step with the trainer as it is", () => {
    const module = join(folder, "trains");
    const built = node(
      folder,
      dlc,
      "build",
      join(repository, "examples/lenet/lenet.dl"),
      "--train",
      "-o",
      module,
    );
    expect(built).toMatchObject({ status: 0 });
    const [, snippet = ""] = blocks("ts");
    const program = `import { load } from "./trains/index.js";
const image = new Float32Array(2 * 32 * 32);
const label = Int32Array.of(3, 7);
${snippet}
console.log(loss > 0, accuracy >= 0, forward({ image }).logits.shape[0]);
`;
    writeFileSync(join(folder, "step.mjs"), program);
    expect(node(folder, "step.mjs")).toEqual({ status: 0, output: "true true 2\n" });
  });

  it("uses the module as it is: it runs, and its types agree", () => {
    const example = join(repository, "examples/lenet");
    const module = join(folder, "node_modules/lenet");
    mkdirSync(join(folder, "node_modules"));
    const weights = ["--weights", join(example, "lenet.safetensors")];
    const built = node(folder, dlc, "build", join(example, "lenet.dl"), ...weights, "-o", module);
    expect(built).toMatchObject({ status: 0 });

    const [snippet = ""] = blocks("ts");
    const program = `${snippet}\nconsole.log(JSON.stringify([logits.shape, logits.data.length]));\n`;
    const image = "const image = new Float32Array(2 * 32 * 32);\n";
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
    writeFileSync(join(folder, "program.js"), image + program);
    expect(node(folder, "program.js")).toEqual({ status: 0, output: "[[2,10],20]\n" });

    writeFileSync(
      join(folder, "program.ts"),
      `${image}${snippet}\nexport const ten: 10 = logits.shape[1];\n`,
    );
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--lib",
      "es2023,dom",
    ];
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    expect(node(folder, tsc, ...options, "program.ts")).toEqual({ status: 0, output: "" });
  });
});
