/** A Markdown link or image: where it stands and where it leads. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** The links of a Markdown text, code blocks left out. */
export function linksOf(markdown: string): readonly Link[] {
  const links: Link[] = [];
  let fenced = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) continue;
    const prose = line.replace(/`[^`]*`/g, "");
    for (const match of prose.matchAll(/\]\(([^)\s]+)[^)]*\)|(?:src|href)="([^"]+)"/g))
      links.push({ line: index + 1, target: match[1] ?? match[2] ?? "" });
  }
  return links;
}

/** The anchors that GitHub gives the headings of a Markdown text. */
export function anchorsOf(markdown: string): readonly string[] {
  const headings = markdown.split("\n").filter((line) => /^#{1,6} /.test(line));
  return headings.map((line) =>
    line
      .replace(/^#+ /, "")
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

/**
 * Links that lead nowhere, as `file:line: target`. Addresses of other sites are not asked.
 * @param read the text of a file of the repository, undefined where there is none; folders give an empty text
 */
export function brokenLinks(path: string, read: (path: string) => string | undefined): readonly string[] {
  const text = read(path) ?? "";
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  return linksOf(text)
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .filter(({ target }) => {
      const [file = "", anchor] = target.split("#");
      const destination = file === "" ? text : read(resolvePath(folder + file));
      return destination === undefined || (anchor !== undefined && !anchorsOf(destination).includes(anchor));
    })
    .map(({ line, target }) => `${path}:${line}: ${target}`);
}

/** `docs/../README.md` is `README.md`; a way out of the repository keeps its `..` and is never found. */
function resolvePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
