import { parse } from "../../../grammar/index.ts";
import type { Run } from "../annotate.ts";

/**
 * Every code has a failing example. `DLC1001.dl` in this folder (or `DLC2005/main.dl` with the files that it
 * imports) is a source with marks, see `annotate.ts`; what the user reads is beside it, `DLC1001.txt`. The
 * digit of a code's range says what is run on its example.
 */
export const runs: Readonly<Record<string, Run>> = {
  1: (source) => parse(source).diagnostics,
};

/** Codes that no source file shows: the test that makes each of them happen, and names it. */
export const elsewhere: Readonly<Record<string, string>> = {
  DLC1007: "test/language/syntax-limits.test.ts",
  DLC1008: "test/language/syntax-limits.test.ts",
  DLC1016: "test/language/syntax-limits.test.ts",
  DLC1018: "test/language/syntax-limits.test.ts",
};
