import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, brokenLinks, linksOf } from "./links.ts";
import { readRepositoryFile, repository, repositoryFiles } from "./repository-files.ts";

describe("the links of this repository's pages", () => {
  const pages = repositoryFiles().filter((path) => path.endsWith(".md"));

  function read(path: string): string | undefined {
    if (path.startsWith("..") || !existsSync(join(repository, path))) return undefined;
    return statSync(join(repository, path)).isDirectory() ? "" : readRepositoryFile(path);
  }

  it("lead somewhere", () => {
    expect(pages.flatMap((page) => brokenLinks(page, read))).toEqual([]);
    expect(pages).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/architecture.md"]));
    expect(pages.flatMap((page) => linksOf(readRepositoryFile(page))).length).toBeGreaterThan(5);
  });
});

describe("the check of links", () => {
  const files: Readonly<Record<string, string>> = {
    "README.md": "See [the map](docs/map.md#the-rooms) and ![a picture](docs/picture.svg).",
    "docs/map.md": "# The rooms\n[back](../README.md) [elsewhere](https://example.org/nowhere)",
    "docs/picture.svg": "<svg/>",
  };
  const broken = (text: string): readonly string[] =>
    brokenLinks("docs/page.md", (path) => ({ ...files, "docs/page.md": text })[path]);

  it("passes links that lead somewhere", () => {
    const read = (path: string): string | undefined => files[path];
    expect([...brokenLinks("README.md", read), ...brokenLinks("docs/map.md", read)]).toEqual([]);
  });

  it("sees a missing file, a missing heading and a way out of the repository", () => {
    expect(broken("one\n[a](gone.md)")).toEqual(["docs/page.md:2: gone.md"]);
    expect(broken("[a](map.md#gone)")).toEqual(["docs/page.md:1: map.md#gone"]);
    expect(broken("[a](../../etc/passwd)")).toEqual(["docs/page.md:1: ../../etc/passwd"]);
    expect(broken('<img src="gone.svg">')).toEqual(["docs/page.md:1: gone.svg"]);
  });

  it("leaves code alone", () => {
    expect(broken("`[a](gone.md)`\n```\n[b](gone.md)\n```")).toEqual([]);
  });

  it("names anchors as GitHub does", () => {
    expect(anchorsOf("## Kernel, Schedule, Loops\n### `dlc check`")).toEqual([
      "kernel-schedule-loops",
      "dlc-check",
    ]);
  });
});
