// @ts-check
// `npm run library`: docs/library.md, from the documentation of the library's own sources.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));

export const libraryPath = "docs/library.md";

const opening = `# The library

What \`import std.nn { Linear }\` and the like bring in: every declaration of [stdlib/](../stdlib/) with its header and its
documentation. All of it is written in the language itself, so that the sources are the last word on what a layer computes.
Where a counterpart in PyTorch, Keras or scikit-learn is named, numbers agree with it.

This page is made from the sources by \`npm run library\`.
`;

/**
 * A declaration as the syntax tree has it; a constant has a value, all others a signature.
 * @typedef {object} Declaration
 * @property {string} kind
 * @property {{ text: string }} [name]
 * @property {{ lines: readonly string[] }} [doc]
 * @property {{ span: Span }} [signature]
 * @property {Span} span
 *
 * @typedef {{ start: number; end: number }} Span
 */

/** @returns {string} the page as it should be */
export function libraryPage() {
  const folder = join(repository, "stdlib");
  const files = readdirSync(folder).filter((name) => name.endsWith(".dl"));
  const sections = files.sort().map((name) => moduleSection(join(folder, name)));
  return [opening, ...sections].join("\n");
}

/**
 * What the page says of one module.
 * @param {string} path its source
 * @returns {string}
 */
export function moduleSection(path) {
  const text = readFileSync(path, "utf8");
  const declarations = declarationsOf(path).filter(({ kind }) => kind !== "import");
  const parts = [
    ...declarations.map((declaration) => ({
      start: declaration.span.start,
      text: entryOf(declaration, text, path),
    })),
    ...remarksOf(text),
  ].sort((one, other) => one.start - other.start);
  const names = declarations.map(({ name }) => `[${name?.text}](#${name?.text.toLowerCase()})`);
  return [
    `## std.${basename(path, ".dl")}\n`,
    `${names.join(", ")}\n`,
    ...parts.map(({ text }) => text),
  ].join("\n");
}

/**
 * @param {string} path
 * @returns {readonly Declaration[]}
 */
function declarationsOf(path) {
  const args = [join(repository, "dist", "dlc.js"), "inspect", path, "--stage", "ast", "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`dlc inspect ${path} ended with ${status}:\n${stderr}${stdout}`);
  return JSON.parse(stdout).file.declarations;
}

/**
 * A declaration's heading, header and documentation.
 * @param {Declaration} declaration
 * @param {string} text of its source
 * @param {string} path of its source, for the message
 * @returns {string}
 */
function entryOf({ name, doc, signature, span }, text, path) {
  if (name === undefined || doc === undefined)
    throw new Error(`${path}: ${name?.text ?? text.slice(span.start, span.end)} has no documentation`);
  const header = text.slice(span.start, signature?.span.end ?? span.end);
  return `### ${name.text}\n\n\`\`\`\n${header}\n\`\`\`\n\n${doc.lines.map(markdownOf).join("\n")}\n`;
}

/**
 * Remarks that stand between declarations, for the reader of the page too.
 * @param {string} text
 * @returns {{ start: number; text: string }[]}
 */
function remarksOf(text) {
  return [...text.matchAll(/^\/\/ .*\n(?:^\/\/ .*\n)*/gm)].map((match) => ({
    start: match.index,
    text: match[0].replace(/^\/\/ (.*)$/gm, (_line, words) => `> ${markdownOf(words)}`),
  }));
}

/**
 * A line of documentation, whose signs mean themselves: an indented one is code, others have code between backticks.
 * @param {string} line
 */
function markdownOf(line) {
  if (line.startsWith("    ")) return line;
  const parts = line.split(/(`[^`]*`)/);
  return parts
    .map((part) => (part.startsWith("`") ? part : part.replace(/(?<=\S)\*|\*(?=\S)|<(?=\w)/g, "\\$&")))
    .join("");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(join(repository, libraryPath), libraryPage());
