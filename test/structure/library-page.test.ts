import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { libraryPage, libraryPath, moduleSection } from "../../tools/library-page.mjs";
import { readRepositoryFile, repository } from "./repository-files.ts";

describe("the page of the library", () => {
  const page = readRepositoryFile(libraryPath);

  it("says what the sources say today (npm run library)", () => {
    expect(page).toBe(libraryPage());
  });

  it("has each declaration of each module under its name", () => {
    const modules = readdirSync(join(repository, "stdlib"));
    const declared = modules.flatMap((name) => [
      ...readRepositoryFile(`stdlib/${name}`).matchAll(
        /^(?:(?:fn|layer|model|optimizer|data) )?(\w+)(?=[( ])/gm,
      ),
    ]);
    const names = declared.map((match) => match[1] ?? "").filter((name) => name !== "import");
    expect(names).toEqual(expect.arrayContaining(["Linear", "crossEntropy", "AdamW", "pi"]));
    expect(names.filter((name) => !page.includes(`\n### ${name}\n`))).toEqual([]);
    expect([...page.matchAll(/^### /gm)]).toHaveLength(names.length);
  });
});

describe("a module's part of the page", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dlc-library-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const sectionOf = (text: string): string => {
    writeFileSync(join(folder, "toy.dl"), text);
    return moduleSection(join(folder, "toy.dl"));
  };

  it("has names, remarks, headers and documentation, in the order of the source", () => {
    const source = `import std.math { pi }

// Circles.

/// Around a circle of radius *r*, \`*r*\`.
///
///     y = 2 * pi * r
fn around(r: real)
    -> (y: real)
{
  // Not told.
  y = 2 * pi * r
}

/// Half of it.
half = 0.5
`;
    expect(sectionOf(source)).toBe(`## std.toy

[around](#around), [half](#half)

> Circles.

### around

\`\`\`
fn around(r: real)
    -> (y: real)
\`\`\`

Around a circle of radius \\*r\\*, \`*r*\`.

    y = 2 * pi * r

### half

\`\`\`
half = 0.5
\`\`\`

Half of it.
`);
  });

  it("is refused where something has no documentation", () => {
    expect(() => sectionOf("fn twice(x: real) = 2 * x\n")).toThrow("twice has no documentation");
  });
});
