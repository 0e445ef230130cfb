import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository, temporaryFolder } from "./run-dlc.ts";

/** The commands of `dlc` in a page's blocks, as they stand; those of training have tests of their own, which take minutes. */
function commandsOf(page: string): readonly string[] {
  const text = readFileSync(join(repository, page), "utf8");
  const blocks = [...text.matchAll(/^```(?:\w*)\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? "");
  const lines = blocks.flatMap((block) => block.split("\n"));
  return lines.filter(
    (line) => /^dlc (?!train|eval)[a-z]+(?! +[A-Z|]+  )/.test(line) && !line.includes("   "),
  );
}

/** What a line gives in a shell, where `dlc` is the built command. */
function type(folder: string, line: string): { readonly status: number | null; readonly output: string } {
  const program = join(repository, "dist", "dlc.js");
  const script = `dlc() { "${process.execPath}" "${program}" "$@"; }\n${line}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** What is there to fail. */
const refused = "dlc check examples/alexnet-as-printed/alexnet-as-printed.dl";

/** Weights that are not in the repository: another step of the page makes them. */
function madeBefore(command: string): string | undefined {
  const [, file = ""] = /--weights (\S+)/.exec(command) ?? [];
  return file === "" || existsSync(join(repository, file)) ? undefined : file;
}

describe("the commands of the examples' pages", () => {
  const folder = temporaryFolder();
  symlinkSync(join(repository, "examples"), join(folder, "examples"));
  const names = readdirSync(join(repository, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const pages = names.map((name) => join("examples", name, "README.md"));
  const commands = pages.flatMap(commandsOf);

  it("are those of all examples", () => {
    expect(names).toEqual(expect.arrayContaining(["mlp", "lenet", "keras-cnn", "keras-cnn-deep", "alexnet"]));
    for (const page of pages) expect(commandsOf(page), page).not.toEqual([]);
  });

  it("take weights that are there, or that the page says how to make", () => {
    for (const page of pages) {
      const text = readFileSync(join(repository, page), "utf8");
      for (const file of commandsOf(page).flatMap((command) => madeBefore(command) ?? []))
        expect(text, page).toMatch(new RegExp(`-o ${file}|save_file\\(.*"${file}"\\)`));
    }
  });

  it.each(commands.filter((command) => madeBefore(command) === undefined))(
    "%s",
    { timeout: 120_000 },
    (command) => {
      const { status, output } = type(folder, command);
      expect({ status, output }).toMatchObject({ status: command === refused ? 1 : 0 });
      if (command === refused) expect(output).toContain("224 → 54");
      if (command.startsWith("dlc run dist/lenet")) expect(output).toContain("largest: 7");
    },
  );
});

describe("the commands of docs/command-line.md", () => {
  const folder = temporaryFolder();
  for (const name of ["lenet.dl", "lenet.safetensors", "digit.png"])
    copyFileSync(join(repository, "examples", "lenet", name), join(folder, name));
  // What the page calls `nets.dl`, `mlp.dl` and `layers.dl` is anybody's; these have what it says of them.
  const net = (name: string): string =>
    `import std.nn { Linear }\n\nmodel ${name}(x: f32[N, 3]) -> (y: f32[N, 2]) {\n  y = x |> fc: Linear(2)\n}\n`;
  writeFileSync(join(folder, "mlp.dl"), net("Mlp"));
  writeFileSync(join(folder, "nets.dl"), `${net("Small")}\n${net("Large").replace(/^import.*\n\n/, "")}`);
  writeFileSync(join(folder, "layers.dl"), "fn   twice(x: real) =2*x");
  mkdirSync(join(folder, "web"));

  it.each(commandsOf("docs/command-line.md"))("%s", { timeout: 120_000 }, (command) => {
    const { status, output } = type(folder, command);
    expect({ status, output }).toMatchObject({ status: 0 });
  });
});
