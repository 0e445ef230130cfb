import type { CodeTable } from "./code.ts";

/** DLC2xxx: names and scopes. A number is never given to another meaning. */
export const nameCodes = {} satisfies CodeTable<2>;
