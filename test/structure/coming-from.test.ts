import { describe, expect, it } from "vitest";
import { readRepositoryFile } from "./repository-files.ts";

/** What a framework calls its own, as documentation of the library names it. */
const frameworks = [
  { page: "docs/coming-from-pytorch.md", names: /torch\w*[.\s]/ },
  { page: "docs/coming-from-keras.md", names: /Keras \w*[A-Z]/ },
];

/** The declarations of the library that name a counterpart, and to which a page has no link. */
function unlinked(library: string, page: string, names: RegExp): readonly string[] {
  const [, ...sections] = library.split(/^### /m);
  return sections
    .filter((section) => names.test(section))
    .map((section) => section.slice(0, section.indexOf("\n")))
    .filter((name) => !page.includes(`](library.md#${name.toLowerCase()})`));
}

describe("a page for those who come from another framework", () => {
  const library = readRepositoryFile("docs/library.md");

  it.each(frameworks)("$page leads to all of the library that has a counterpart there", ({ page, names }) => {
    expect(unlinked(library, readRepositoryFile(page), names)).toEqual([]);
  });

  it("knows a link that is missing", () => {
    const two = "### relu\n\ntorch.nn.ReLU.\n\n### own\n\nOurs.\n\n### Gru\n\ntorch.nn.GRU of Cho.\n";
    expect(unlinked(two, "[`relu`](library.md#relu)", /torch\w*[.\s]/)).toEqual(["Gru"]);
    expect(unlinked(library, "", /torch\w*[.\s]/).length).toBeGreaterThan(80);
    expect(unlinked(library, "", /Keras \w*[A-Z]/).length).toBeGreaterThan(5);
  });
});
