import type { CodeTable } from "./code.ts";

/** DLC3xxx: shapes, types, bounds and numbers. A number is never given to another meaning. */
export const shapeCodes = {} satisfies CodeTable<3>;
