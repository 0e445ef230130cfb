import { describe, expect, it } from "vitest";
import { staleExceptions, styleFaults } from "./house-style.ts";
import { readRepositoryFile, repositoryFiles } from "./repository-files.ts";

const sources = repositoryFiles().filter((path) => /\.(ts|mjs)$/.test(path) && !path.includes("/fixtures/"));

describe("the sources of this repository", () => {
  it("keep the style of the house", () => {
    expect(sources.flatMap((path) => styleFaults(path, readRepositoryFile(path)))).toEqual([]);
    expect(sources.length).toBeGreaterThan(20);
    expect(sources).toEqual(
      expect.arrayContaining(["cli/main.ts", "tools/build.mjs", "compiler/graph/graph.ts"]),
    );
  });

  it("need every exception that they have", () => {
    expect(staleExceptions(sources, (path) => readRepositoryFile(path).split("\n").length)).toEqual([]);
  });
});

describe("the check of style", () => {
  const planted: readonly [title: string, path: string, text: string, fault: RegExp][] = [
    ["a name in camel case", "compiler/graph/foldConstants.ts", "", /not kebab-case/],
    ["a name that says nothing", "compiler/graph/utils.ts", "", /"utils" names nothing/],
    ["a folder that says nothing", "compiler/common/fold.ts", "", /"common" names nothing/],
    ["a long file", "compiler/graph/fold.ts", "\n".repeat(401), /401 lines/],
    ["an open end", "a.ts", `// TODO: later`, /a\.ts:1: an open end/],
    ["a silenced compiler", "a.ts", `// @ts-ignore`, /a silenced compiler/],
    ["the type any", "a.ts", `const x = y as any;`, /the type any/],
    ["a silenced linter", "a.ts", `// eslint-disable-next-line no-var`, /without a reason/],
    ["a test run alone", "a.ts", `it.only("x", f);`, /run alone/],
  ];

  it.each(planted)("sees %s", (_title, path, text, fault) => {
    expect(styleFaults(path, text).join("\n")).toMatch(fault);
  });

  it("passes a file that keeps it, and a silence with its reason", () => {
    const text = `// eslint-disable-next-line @typescript-eslint/require-await -- the host's contract\nexport {};\n`;
    expect(styleFaults("compiler/graph/fold-constants.ts", text)).toEqual([]);
    expect(styleFaults("compiler/graph/fold.ts", "\n".repeat(400))).toEqual([]);
  });
});
