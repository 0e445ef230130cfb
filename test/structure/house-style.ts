/** Files that may be longer than the rest, each with the reason. */
const longFiles: Readonly<Record<string, string>> = {
  "compiler/diagnostics/shapes.ts": "a table: the codes of one range, each with its page",
  "grammar/ast.ts": "a table: the node types of the whole grammar",
  "grammar/file-rules.ts": "a table: the rules of the grammar for declarations",
};

const longest = 400;

/** Names that say nothing of what is inside. */
const emptyNames = ["util", "utils", "helper", "helpers", "common", "misc", "manager", "stuff", "lib"];

const bannedTexts: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["an open end", /\b(TODO|FIXME|XXX|HACK)\b/],
  ["a silenced compiler", /@ts-(ignore|expect-error|nocheck)/],
  ["the type any", /\bas any\b|: any\b|<any>/],
  ["a silenced linter without a reason", /eslint-disable(?!(-next-line|-line)? [@\w/, -]+ -- \S)/],
  ["a test switched off or run alone", /\b(it|test|describe)\.(only|skip)\(/],
];

/** Files that may hold what is banned, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  "test/requirements.ts": "makes the named skips",
  "test/structure/house-style.ts": "lists the words that it looks for",
  "test/structure/house-style.test.ts": "plants them",
};

/** What the style of the house says against a source file; nothing where all is well. */
export function styleFaults(path: string, text: string): readonly string[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const stem = name.slice(0, name.indexOf("."));
  const faults: string[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) && !name.startsWith(".")) faults.push(`${path}: not kebab-case`);
  const words = path.split("/").flatMap((part) => part.split(/[-.]/));
  for (const word of words) if (emptyNames.includes(word)) faults.push(`${path}: "${word}" names nothing`);
  const lines = text.split("\n");
  if (lines.length > longest + 1 && longFiles[path] === undefined)
    faults.push(`${path}: ${lines.length - 1} lines, over ${longest}`);
  if (exceptions[path] !== undefined) return faults;
  for (const [index, line] of lines.entries())
    for (const [what, pattern] of bannedTexts)
      if (pattern.test(line)) faults.push(`${path}:${index + 1}: ${what}: ${line.trim()}`);
  return faults;
}

/** Exceptions that no longer name a file, or name one that needs none. */
export function staleExceptions(
  files: readonly string[],
  lineCount: (path: string) => number,
): readonly string[] {
  const gone = [...Object.keys(longFiles), ...Object.keys(exceptions)].filter(
    (path) => !files.includes(path),
  );
  const short = Object.keys(longFiles).filter((path) => files.includes(path) && lineCount(path) <= longest);
  return [...gone, ...short];
}
