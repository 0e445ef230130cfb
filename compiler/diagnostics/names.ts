import type { CodeTable } from "./code.ts";

/** DLC2xxx: names and scopes. A number is never given to another meaning. */
export const nameCodes = {
  DLC2001: {
    severity: "error",
    title: "a name that is not defined",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2002: {
    severity: "error",
    title: "a name that is defined twice",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2003: {
    severity: "error",
    title: "a name that would hide another",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2004: {
    severity: "error",
    title: "equations that go in a circle",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2005: {
    severity: "error",
    title: "a module or file that is not there",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2006: {
    severity: "error",
    title: "files that import each other in a circle",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2007: {
    severity: "error",
    title: "a module without the name that is imported",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2008: {
    severity: "error",
    title: "a name that is imported twice",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2009: {
    severity: "warning",
    title: "instances of one kind without labels",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2010: {
    severity: "error",
    title: "two parameters with one name",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2012: {
    severity: "error",
    title: "arguments that don't fit a header",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2013: {
    severity: "error",
    title: "a model that is not there",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2014: {
    severity: "error",
    title: "an application without an end",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2016: {
    severity: "error",
    title: "a function that owns parameters",
    explanation: `
Its page is still to be written.
`,
  },
  DLC2017: {
    severity: "error",
    title: "a hyper-parameter that can't be set from outside",
    explanation: `
Its page is still to be written.
`,
  },
} satisfies CodeTable<2>;
