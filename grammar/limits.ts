/** What a source may have at most. Beyond a limit there is a diagnostic, never a crash. */
export const limits = {
  /** UTF-16 units of a source. */
  characters: 1_048_576,
  /** Brackets, blocks, `if`, prefixes and exponents inside one another. */
  nesting: 40,
  /** Nodes from a statement down to its deepest leaf; long chains of operators count, lists do not. */
  height: 1000,
  /** Syntax errors told of one file. */
  errors: 100,
} as const;
