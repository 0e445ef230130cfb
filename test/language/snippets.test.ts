import { describe, expect, it } from "vitest";
import { readRepositoryFile, repositoryFiles } from "../structure/repository-files.ts";
import { snippetFaults, snippetsOf } from "./snippets.ts";

/** The README's blocks are parts of an example, against which a test of its own holds them. */
const pages = repositoryFiles().filter((path) => path.endsWith(".md") && path !== "README.md");
const withSnippets = pages.filter((page) => snippetsOf(page, readRepositoryFile(page)).length > 0);

describe("the snippets of this repository's pages", () => {
  it.each(withSnippets)("%s", (page) => {
    expect(snippetFaults(snippetsOf(page, readRepositoryFile(page))).join("\n")).toBe("");
  });

  it("are those of the pages about the language, with mistakes and what is said of them", () => {
    const about = ["tutorial", "language", "coming-from-pytorch", "coming-from-keras"];
    expect(withSnippets).toEqual(expect.arrayContaining(about.map((name) => `docs/${name}.md`)));
    const snippets = withSnippets.flatMap((page) => snippetsOf(page, readRepositoryFile(page)));
    expect(snippets.length).toBeGreaterThan(50);
    expect(snippets.filter(({ codes }) => codes.length > 0).length).toBeGreaterThan(10);
    expect(snippets.filter(({ rendered }) => rendered !== undefined).length).toBeGreaterThan(2);
  });
});

describe("the check of snippets", () => {
  const faults = (markdown: string): readonly string[] => snippetFaults(snippetsOf("page.md", markdown));
  const wrong = "model M(x: f32[N]) -> (y: f32[N]) { y[i] = x[i + 1] }";
  const right = "fn twice(x: real) = 2 * x";
  const block = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n`;

  it("sees a snippet that does not check, and one that should not", () => {
    expect(faults(block("dl", wrong))).toEqual([
      expect.stringMatching(/^page\.md:1: expected nothing.*\n.*DLC3006/),
    ]);
    expect(faults(`words\n${block("dl error=DLC3006", right)}`)).toEqual([
      expect.stringMatching(/^page\.md:2: expected DLC3006/),
    ]);
    expect(faults(block("dl error=DLC3004", wrong))).toHaveLength(1);
  });

  it("sees a message that is not the one shown", () => {
    const refused = block("dl error=DLC3006 file=m.dl", wrong);
    const [said = ""] = faults(block("dl file=m.dl", wrong));
    const message = said.slice(said.indexOf("\n") + 1).trim();
    expect(message).toContain("m.dl:1");
    expect(faults(refused + block("", message))).toEqual([]);
    expect(faults(refused + block("", message.replace("i = ", "j = ")))).toHaveLength(1);
  });

  it("sees a layout that is not that of dlc fmt", () => {
    expect(faults(block("dl", right.replace(" = ", "=")))).toEqual([
      `page.md:1: dlc fmt would write\n${right}\n`,
    ]);
  });

  it("puts what continues behind what it continues, and hands a page's files to later imports", () => {
    const model = "model M(x: f32[N]) -> (y: f32[N]) { y = twice(x) }";
    expect(faults(block("dl", right) + block("dl continued", model))).toEqual([]);
    expect(faults(block("dl", right) + block("dl", model))).toHaveLength(1);
    expect(faults(block("dl file=two.dl", right) + block("dl", `import two { twice }\n\n${model}`))).toEqual(
      [],
    );
  });

  it("knows its marks, and what has no end", () => {
    expect(() => faults(block("dl eror=DLC3006", wrong))).toThrow("no mark eror=DLC3006");
    expect(() => faults(block("dl continued", right))).toThrow("nothing stands before it");
    expect(() => faults("```dl\nfn")).toThrow("has no end");
  });
});
