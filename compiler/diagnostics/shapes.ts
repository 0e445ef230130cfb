import type { CodeTable } from "./code.ts";

/** DLC3xxx: shapes, types, bounds and numbers. A number is never given to another meaning. */
export const shapeCodes = {
  DLC3001: {
    severity: "error",
    title: "shapes of entry-by-entry arithmetic that differ",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3002: {
    severity: "error",
    title: "a tensor with another number of axes",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3003: {
    severity: "error",
    title: "a value of another type than is declared",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3004: {
    severity: "error",
    title: "a size that a layer does not expect",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3005: {
    severity: "error",
    title: "a size below 1",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3006: {
    severity: "error",
    title: "a read that may leave its tensor",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3007: {
    severity: "error",
    title: "an index without a range",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3008: {
    severity: "error",
    title: "an index with two ranges",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3009: {
    severity: "error",
    title: "a division of sizes that may not come out whole",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3010: {
    severity: "error",
    title: "a condition of a header that does not hold",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3011: {
    severity: "error",
    title: "a condition that is not known to hold",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3012: {
    severity: "error",
    title: "a size that is not known when the model is built",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3013: {
    severity: "error",
    title: "a value of another kind",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3014: {
    severity: "error",
    title: "an integer that may leave its range",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3015: {
    severity: "error",
    title: "a reduction of nothing",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3016: {
    severity: "warning",
    title: "a guarded read that is always outside",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3017: {
    severity: "error",
    title: "numbers that don't go together",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3018: {
    severity: "error",
    title: "branches of different types",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3019: {
    severity: "error",
    title: "something that is not built yet",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3020: {
    severity: "error",
    title: "a guard around something that is no single read",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3021: {
    severity: "error",
    title: "a shape other than the declared one",
    explanation: `
Its page is still to be written.
`,
  },
  DLC3023: {
    severity: "error",
    title: "a first value that depends on inputs",
    explanation: `
Its page is still to be written.
`,
  },
} satisfies CodeTable<3>;
