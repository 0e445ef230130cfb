import type { CodeTable } from "./code.ts";

/** DLC6xxx: data and weights. A number is never given to another meaning. */
export const dataCodes = {} satisfies CodeTable<6>;
