import { fileHost } from "../../cli/host.ts";
import { check } from "../../compiler/check/index.ts";
import { renderAll } from "../../compiler/diagnostics/index.ts";
import { format } from "../../grammar/format/index.ts";
import { blocksOf } from "./blocks.ts";

/**
 * A block of `dl` in a page. After the word `dl` may stand
 *
 * - `file=NAME.dl`: the file that it is, as messages call it and as later snippets of the page may import it;
 * - `continued`: it goes on where the snippet before it ends, and both are checked together;
 * - `error=DLC3004` or `error=DLC2009,DLC2009`: it is refused (or warned about) with just these codes. Where the next
 *   block of the page begins with a message, that is what is said of it, to the letter.
 *
 * Without `error`, nothing is to be said of it, and it is laid out as `dlc fmt` would.
 */
export interface Snippet {
  /** The page and the line on which the block begins. */
  readonly place: string;
  readonly file: string;
  /** What is checked: with what it continues. */
  readonly text: string;
  readonly codes: readonly string[];
  readonly rendered: string | undefined;
}

/** The snippets of a page, in order. */
export function snippetsOf(page: string, markdown: string): readonly Snippet[] {
  const snippets: Snippet[] = [];
  const blocks = blocksOf(markdown);
  let before: { readonly text: string; readonly file: string } | undefined;
  for (const [index, { line, info, text: own }] of blocks.entries()) {
    const [language, ...marks] = info.split(" ");
    if (language !== "dl") continue;
    const place = `${page}:${line}`;
    const known = /^(continued|file=[a-z-]+\.dl|error=DLC\d{4}(,DLC\d{4})*)$/;
    const unknown = marks.find((mark) => !known.test(mark));
    if (unknown !== undefined) throw new Error(`${place}: a snippet has no mark ${unknown}`);
    const valueOf = (name: string): string | undefined =>
      marks.find((mark) => mark.startsWith(`${name}=`))?.slice(name.length + 1);
    const goesOn = marks.includes("continued");
    if (goesOn && before === undefined) throw new Error(`${place}: nothing stands before it to continue`);
    const text = goesOn ? `${before?.text ?? ""}\n${own}` : own;
    const file = valueOf("file") ?? (goesOn ? before?.file : undefined) ?? "page.dl";
    const codes = valueOf("error")?.split(",") ?? [];
    const next = blocks[index + 1];
    const rendered = codes.length > 0 && /^(error|warning)\[/.test(next?.text ?? "") ? next?.text : undefined;
    snippets.push({ place, file, text, codes, rendered });
    if (codes.length === 0) before = { text, file };
  }
  return snippets;
}

/** What is wrong with the snippets of a page: each that is not checked as it is marked, with what is said of it. */
export function snippetFaults(snippets: readonly Snippet[]): readonly string[] {
  const files = new Map<string, string>();
  const faults: string[] = [];
  for (const { place, file, text, codes, rendered } of snippets) {
    if (codes.length === 0) files.set(file, text);
    const read = (path: string): string | undefined =>
      path === file ? text : (files.get(path) ?? (path.startsWith("std.") ? fileHost.read(path) : undefined));
    const { diagnostics } = check({ read, resolve: (module) => `${module}.dl` }, file, { train: true });
    const said = renderAll(diagnostics, { colour: false });
    const found = diagnostics.map(({ code }) => code);
    if (found.join() !== codes.join())
      faults.push(`${place}: expected ${codes.join() || "nothing"}, but this is said:\n${said}`);
    else if (rendered !== undefined && rendered.trim() !== said.trim())
      faults.push(`${place}: the page shows another message than this:\n${said}`);
    else if (codes.length === 0) faults.push(...layoutFaults(place, text));
  }
  return faults;
}

function layoutFaults(place: string, text: string): readonly string[] {
  const formatted = format({ path: place, text });
  if (formatted.kind === "refused" || formatted.text === text) return [];
  return [`${place}: dlc fmt would write\n${formatted.text}`];
}
