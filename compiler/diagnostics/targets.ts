import type { CodeTable } from "./code.ts";

/** DLC5xxx: what a target can do. A number is never given to another meaning. */
export const targetCodes = {} satisfies CodeTable<5>;
