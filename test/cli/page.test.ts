import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { laterCommands, makeProgram } from "../../cli/program.ts";
import { stages } from "../../cli/stages.ts";
import { dlc, repository } from "./run-dlc.ts";

const page = readFileSync(join(repository, "docs/command-line.md"), "utf8");
const commands = makeProgram(() => undefined).commands.filter((command) => visible(command));

function visible(command: Command): boolean {
  return !laterCommands.some((name) => name === command.name());
}

/** The part of the page below `## dlc NAME`. */
function sectionOf(name: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`dlc ${name}\n`)) ?? "";
}

describe("docs/command-line.md", () => {
  it("has the commands of the program, in its order", () => {
    const headings = [...page.matchAll(/^## dlc (\w+)$/gm)].map((heading) => heading[1]);
    expect(headings).toEqual(commands.map((command) => command.name()));
    for (const name of laterCommands) expect(page).toContain(`\`${name}\``);
    for (const stage of stages) expect(sectionOf("inspect")).toContain(`\`${stage}\``);
  });

  it.each(commands.map((command) => ({ name: command.name(), command })))(
    "has the arguments, the options and the examples of dlc $name",
    async ({ name, command }) => {
      const section = sectionOf(name);
      const rows = [...section.matchAll(/^\| `(-.*?)` \| (.*) \|$/gm)].map(([, flags, text]) => [
        flags,
        text,
      ]);
      const options = command.options.filter(({ hidden }) => !hidden);
      expect(rows).toEqual(options.map(({ flags, description }) => [flags, description]));
      const usage = command.usage().replace("[options] ", "");
      expect(section).toContain(`\`dlc ${name} ${usage}\``);
      const help = await dlc(repository, [name, "--help"]);
      expect(help).toMatchObject({ status: 0, stderr: "" });
      const examples = [...help.stdout.matchAll(/^ {2}(dlc .*)$/gm)].map((line) => line[1] ?? "");
      expect(examples.length).toBeGreaterThan(0);
      expect(section).toContain(`\`\`\`\n${examples.join("\n")}\n\`\`\``);
    },
  );
});

describe("commands of later versions", () => {
  it.each(laterCommands)("%s says so", async (name) => {
    const outcome = await dlc(repository, [name, "lenet.dl", "--some", "option"]);
    expect(outcome).toMatchObject({ status: 2, stdout: "" });
    expect(outcome.stderr).toContain(`dlc ${name} comes with a later version`);
  });
});
