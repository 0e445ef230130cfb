import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../language/blocks.ts";
import { snippetsOf } from "../language/snippets.ts";
import { repository, temporaryFolder } from "./run-dlc.ts";

const page = "docs/tutorial.md";
const text = readFileSync(join(repository, page), "utf8");

interface Step {
  readonly command: string;
  /** What the page shows below the command; nothing where it shows nothing. */
  readonly shown: string;
}

/** The commands of a block: bare lines, or such as begin with `$` and stand above what they print. */
function stepsOf(block: string): readonly Step[] {
  if (!block.startsWith("$ "))
    return block
      .trim()
      .split("\n")
      .map((command) => ({ command, shown: "" }));
  return block
    .slice(2)
    .split("\n$ ")
    .map((part) => {
      const [command = "", ...shown] = part.trimEnd().split("\n");
      return { command, shown: shown.join("\n") };
    });
}

function run(folder: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  expect({ args, status, output: stdout + stderr }).toMatchObject({ status: 0 });
  return stdout + stderr;
}

/** Where the next command runs, after one that has been typed. */
function type(folder: string, { command, shown }: Step): string {
  const [program = "", ...args] = command.split(/ +/);
  switch (program) {
    case "cd":
      return join(folder, args[0] ?? "");
    case "npm":
      // What npm does with a folder that is installed, without asking any registry.
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(join(folder, args[1] ?? ""), join(folder, "node_modules", "flowers"));
      return folder;
    case "dlc": {
      const output = run(folder, process.execPath, [join(repository, "dist", "dlc.js"), ...args]);
      if (shown !== "") expect(output.trim()).toBe(shown.trim());
      return folder;
    }
    default:
      throw new Error(`${page} has a command that nobody runs here: ${command}`);
  }
}

describe(page, () => {
  const start = temporaryFolder();

  it("works as it stands, from its first block to its last", { timeout: 120_000 }, () => {
    const sources = new Map(snippetsOf(page, text).map((snippet) => [snippet.place, snippet]));
    const typed: string[] = [];
    let folder = start;
    for (const { line, info, text: block } of blocksOf(text)) {
      const source = sources.get(`${page}:${line}`);
      if (source?.codes.length === 0) writeFileSync(join(folder, source.file), source.text);
      else if (info === "js") {
        writeFileSync(join(folder, "program.mjs"), block);
        expect(run(folder, process.execPath, ["program.mjs"])).toMatch(/^\[ 1, 3 \] Float32Array\(3\)/);
        typed.push("js");
      } else if (info === "" && !block.startsWith("error["))
        for (const step of stepsOf(block)) {
          folder = type(folder, step);
          typed.push(step.command.split(" ").slice(0, 2).join(" "));
        }
    }
    expect(typed).toEqual(
      expect.arrayContaining(["dlc new", "dlc check", "dlc run", "dlc train", "dlc eval", "dlc build", "js"]),
    );
  });
});
