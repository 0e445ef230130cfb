import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { check } from "../../../compiler/check/index.ts";
import { parse } from "../../../grammar/index.ts";
import type { Run } from "../annotate.ts";

/**
 * Every code has a failing example. `DLC1001.dl` in this folder (or `DLC2005/main.dl` with the files that it
 * imports) is a source with marks, see `annotate.ts`; what the user reads is beside it, `DLC1001.txt`. The
 * digit of a code's range says what is run on its example.
 */
export const runs: Readonly<Record<string, Run>> = {
  1: (source) => parse(source).diagnostics,
  2: checked,
  3: checked,
  4: checked,
  6: checked,
};

const library = join(import.meta.dirname, "../../../stdlib");

/** The source with the real library, and with the files beside it. */
function checked(source: Parameters<Run>[0], read: Parameters<Run>[1]): ReturnType<Run> {
  const host = {
    read: (path: string) => {
      if (path === source.path) return source.text;
      return path.startsWith("std.") ? readLibrary(path.slice(4)) : read(basename(path));
    },
    resolve: (module: string, from: string) => join(dirname(from), `${module}.dl`),
  };
  return check(host, source.path, { train: true }).diagnostics;
}

function readLibrary(name: string): string | undefined {
  try {
    return readFileSync(join(library, `${name}.dl`), "utf8");
  } catch {
    return undefined;
  }
}

/** Codes that no source file shows: the test that makes each of them happen, and names it. */
export const elsewhere: Readonly<Record<string, string>> = {
  DLC1007: "test/language/syntax-limits.test.ts",
  DLC1008: "test/language/syntax-limits.test.ts",
  DLC1016: "test/language/syntax-limits.test.ts",
  DLC1018: "test/language/syntax-limits.test.ts",
  DLC5001: "test/schedules/plan-memory.test.ts",
  DLC5002: "test/package/dtypes.test.ts",
  DLC2013: "test/language/check-models.test.ts",
  DLC2017: "test/language/check-models.test.ts",
  DLC6001: "test/cli/bad-input.test.ts",
  DLC6002: "test/cli/bad-input.test.ts",
  DLC6003: "test/cli/bad-input.test.ts",
  DLC6004: "test/cli/bad-input.test.ts",
  DLC6005: "test/cli/bad-input.test.ts",
  DLC6101: "test/data/bad-input.test.ts",
  DLC6102: "test/data/bad-input.test.ts",
  DLC6103: "test/data/bad-input.test.ts",
  DLC6104: "test/data/bad-input.test.ts",
  DLC6105: "test/data/bad-tables.test.ts",
  DLC6106: "test/data/bad-tables.test.ts",
  DLC6107: "test/data/bad-input.test.ts",
  DLC6108: "test/data/bad-input.test.ts",
  DLC6109: "test/data/bad-input.test.ts",
  DLC6110: "test/data/bad-input.test.ts",
  DLC6111: "test/data/stored-arrays.test.ts",
  DLC6112: "test/data/texts.test.ts",
  DLC6113: "test/data/bad-input.test.ts",
};
