import type { CodeTable } from "./code.ts";

/** DLC4xxx: differentiation. A number is never given to another meaning. */
export const gradientCodes = {} satisfies CodeTable<4>;
