import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "../../compiler/diagnostics/index.ts";

const folder = join(import.meta.dirname, "programs");

/** Twenty-two programs that show the whole language. */
export const corpus: readonly Source[] = readdirSync(folder)
  .filter((name) => name.endsWith(".dl"))
  .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));

/**
 * The tokens of a source, found by splitting it and not by the lexer under test; comments are left out,
 * documentation is kept on lines of its own.
 */
export function tokenTexts(text: string): readonly string[] {
  const pattern =
    /\/\/\/.*\n|\/\/.*|"(?:[^"\\\n]|\\.)*"|\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+|\w+|->|\|>|\.\.|[=!<>]=|[^\s\w]/g;
  return [...text.matchAll(pattern)].map(([token]) => token).filter((token) => !/^\/\/(?!\/)/.test(token));
}
